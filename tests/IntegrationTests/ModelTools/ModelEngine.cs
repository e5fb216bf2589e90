using System.Diagnostics;
using FineTunePipeline.TestKit;

namespace FineTunePipeline.IntegrationTests.ModelTools;

/// <summary>Runs finetune-model as the services do: as a program of its own.</summary>
internal static class ModelEngine
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static Task<EngineResult> RunAsync(params string[] arguments) => RunAsync(EnginePath.Of("finetune-model"), arguments);

    public static async Task<EngineResult> RunAsync(string program, IReadOnlyList<string> arguments)
    {
        using var process = Start(program, arguments);
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var diagnostics = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new EngineResult(process.ExitCode, await output, await diagnostics);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    public static Process Start(string program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }
}
