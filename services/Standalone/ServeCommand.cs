using FineTunePipeline.ServiceDefaults.Home;

namespace FineTunePipeline.Standalone;

/// <summary>Serves the gateway until Ctrl-C.</summary>
internal static class ServeCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        using var home = DataHome.Lock(DataHome.DefaultFolder());
        await using var app = StandaloneHost.Build(home, args, "http://127.0.0.1:8080");
        await app.StartAsync();
        Console.WriteLine($"FineTunePipeline serves {string.Join(", ", app.Urls)} (data in {home.Folder}); Ctrl-C stops it");
        await app.WaitForShutdownAsync();
        return 0;
    }
}
