using FineTunePipeline.Messaging;
using FineTunePipeline.Messaging.Bus;
using FineTunePipeline.ServiceDefaults.Configuration;
using FineTunePipeline.ServiceDefaults.Home;

namespace FineTunePipeline.Standalone;

/// <summary>Serves all services, or those that are named, until Ctrl-C.</summary>
internal static class ServeCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        var folder = DataHome.DefaultFolder();
        var configuration = FineTuneConfiguration.Read(folder, args);
        var transport = BusOptions.TransportOf(configuration);
        var services = ServiceList.Select(StandaloneHost.Modules, configuration["services"], transport);
        using var home = transport == BusOptions.InMemory ? DataHome.Lock(folder) : DataHome.Share(folder);
        await using var app = StandaloneHost.Build(home, args, transport, services);
        await app.StartAsync();
        var what = services.Count == StandaloneHost.Modules.Count ? "" : $"services {string.Join(", ", services.Select(service => service.Name))}, ";
        Console.WriteLine($"FineTunePipeline serves {string.Join(", ", app.Urls)} ({what}data in {home.Folder}); Ctrl-C stops it");
        await app.WaitForShutdownAsync();
        return 0;
    }
}
