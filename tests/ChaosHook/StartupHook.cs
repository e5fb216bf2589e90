using System.Diagnostics;

/// <summary>What the runtime calls before a program's own start, because <c>DOTNET_STARTUP_HOOKS</c> names this assembly.</summary>
internal static class StartupHook
{
    public static void Initialize()
    {
        // The program's engines are programs of .NET too, and are not to be hooked.
        Environment.SetEnvironmentVariable("DOTNET_STARTUP_HOOKS", null);
        if (Environment.GetEnvironmentVariable("CHAOS_POINTS") is { Length: > 0 } folder)
        {
            DiagnosticListener.AllListeners.Subscribe(new FineTunePipeline.ChaosHook.Points(folder));
        }
    }
}
