using FineTunePipeline.Hosts.Local;
using FineTunePipeline.Messaging;
using FineTunePipeline.Messaging.Bus;
using FineTunePipeline.ServiceDefaults.Configuration;
using FineTunePipeline.ServiceDefaults.Home;
using FineTunePipeline.Storage.Folder;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FineTunePipeline.ServiceDefaults.Serving;

/// <summary>A process that holds one service or several: configured, checked, its data home open, not started yet.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    /// <summary>What is at work gives back its claims meanwhile; the whole stop takes at most five seconds more.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(15);

    private ServiceProcess(WebApplication app, DataHome home, IReadOnlyList<IServiceModule> modules) => (App, Home, Modules) = (app, home, modules);

    public WebApplication App { get; }

    public DataHome Home { get; }

    /// <summary>The services that it holds.</summary>
    public IReadOnlyList<IServiceModule> Modules { get; }

    /// <exception cref="StartException">It cannot start. The message has a line for everything that must be changed.</exception>
    public static ServiceProcess Make(ServicePlan plan)
    {
        var faults = new StartFaults();
        var file = faults.Ask(() => FineTuneConfiguration.ReadFile(plan.Folder));
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = plan.Arguments, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddFineTune(plan.Folder, file ?? new Dictionary<string, string?>()).AddCommandLine(plan.Arguments);

        // What was wanted in a file that cannot be read is not known: nothing more is said about it.
        var transport = plan.Transport ?? faults.Ask(() => BusOptions.TransportOf(builder.Configuration));
        var chosen = file is null || transport is null
            ? null
            : faults.Ask(() => ServiceList.Select(plan.Modules, plan.IsWhole, builder.Configuration["services"], transport));
        var modules = chosen ?? plan.Modules;
        builder.Configuration.AddInMemoryCollection([new($"{BusOptions.Section}:{nameof(BusOptions.Transport)}", transport ?? BusOptions.InMemory)]);
        AddServices(builder, modules);
        if (!plan.EndsBySignal)
        {
            builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        }

        var urls = Urls(builder, plan, modules);
        ListenAddresses.Check(urls, builder.Configuration, faults);
        var settings = new SettingsCheck(builder.Services, builder.Configuration);
        settings.CheckValues(faults);
        var home = chosen is not null ? faults.Ask(() => transport == BusOptions.InMemory ? DataHome.Lock(plan.Folder) : DataHome.Share(plan.Folder)) : null;
        try
        {
            return new ServiceProcess(Build(builder, settings, home, modules, faults), home!, modules);
        }
        catch (Exception)
        {
            home?.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        Home.Dispose();
    }

    private static string Urls(WebApplicationBuilder builder, ServicePlan plan, IReadOnlyList<IServiceModule> modules)
    {
        if (builder.Configuration["urls"] is { Length: > 0 } set)
        {
            return set;
        }

        var urls = plan.Urls ?? modules.Select(module => module.UsualUrl).FirstOrDefault(url => url is not null) ?? "http://127.0.0.1:0";
        builder.WebHost.UseUrls(urls);
        return urls;
    }

    private static void AddServices(WebApplicationBuilder builder, IReadOnlyList<IServiceModule> modules)
    {
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning);
        builder.Logging.AddFilter("System.Net.Http.HttpClient", LogLevel.Warning);

        // Whoever asks is told the reason; a log of every probe would bury the rest.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        builder.Services.AddReadiness();
        builder.Services.AddHttpClient();
        builder.Services.AddFolderArtifactStore(builder.Configuration);
        builder.Services.AddLocalHost(builder.Configuration);
        builder.Services.AddMessaging(builder.Configuration, modules);
        builder.Services.Configure<HostOptions>(options =>
        {
            options.ShutdownTimeout = StopLimit;

            // One after the other, those behind a slow one would have no time left to give back their claims.
            options.ServicesStopConcurrently = true;
        });
    }

    private static WebApplication Build(WebApplicationBuilder builder, SettingsCheck settings, DataHome? home, IReadOnlyList<IServiceModule> modules, StartFaults faults)
    {
        // Not the program's own: a value that cannot be read may end its building with a stack trace.
        using (var provider = builder.Services.BuildServiceProvider())
        {
            settings.CheckRules(provider, faults);
            if (home is not null)
            {
                WritableFolders.Check(provider, faults);
            }
        }

        faults.ThrowIfAny();
        var app = builder.Build();
        foreach (var (key, nearest) in settings.Unknown())
        {
            app.Logger.UnknownSetting(key, nearest is null ? "" : $"; is {nearest} meant?");
        }

        app.MapHealth();
        foreach (var module in modules)
        {
            module.MapEndpoints(app);
        }

        return app;
    }

    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
