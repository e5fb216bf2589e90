using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Validate;
using FineTunePipeline.Messaging;
using FineTunePipeline.Messaging.Bus;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Messaging.Sagas;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.UnitTests.Orchestrator;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FineTunePipeline.UnitTests.Durable;

/// <summary>A process with one service over a real database; another bench over the same one is the process after it.</summary>
internal sealed class DurableBench : IAsyncDisposable
{
    private readonly IHost _host;
    private bool _whole;

    private DurableBench(Dictionary<string, string?> store, OutboxSettings settings, Rendezvous rendezvous, IFinishedJobs? finished, OutboxBundle? bundle = null)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(store);
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        builder.Services.AddSingleton(rendezvous);
        builder.Services.AddMessaging(builder.Configuration, [new Module()]);
        builder.Services.AddSingleton(settings);
        if (finished is not null)
        {
            builder.Services.AddSingleton(finished);
        }

        if (bundle is not null)
        {
            builder.Services.AddSingleton(bundle);
        }

        _host = builder.Build();
        Bus = _host.Services.GetRequiredService<IBusControl>();
        Bus.ConnectConsumeObserver(Recorder);
        Bus.ConnectSendObserver(Recorder);
        Bus.ConnectPublishObserver(Recorder);
    }

    public BusRecorder Recorder { get; } = new();

    public IBusControl Bus { get; }

    public IServiceProvider Services => _host.Services;

    public static OutboxSettings Forgetting => new() { TransportForgets = true, FirstWait = TimeSpan.FromMilliseconds(10) };

    /// <summary>The whole process.</summary>
    public static async Task<DurableBench> StartAsync(ServiceStore store, OutboxSettings? settings = null, Rendezvous? rendezvous = null, OutboxBundle? bundle = null)
    {
        var bench = new DurableBench(await store.SettingsAsync(), settings ?? Forgetting, rendezvous ?? new Rendezvous(), finished: null, bundle) { _whole = true };
        await bench._host.StartAsync();
        return bench;
    }

    /// <summary>A process that consumes and commits, and dies before its dispatcher sends anything.</summary>
    public static async Task<DurableBench> StartWithoutDispatchAsync(ServiceStore store, OutboxSettings? settings = null, IFinishedJobs? finished = null)
    {
        var bench = new DurableBench(await store.SettingsAsync(), settings ?? Forgetting, new Rendezvous(), finished);
        await bench.Services.GetServices<IHostedService>().OfType<DatabaseInitializer<DurableDb>>().Single().StartingAsync(CancellationToken.None);
        await bench.Bus.StartAsync();
        return bench;
    }

    /// <summary>Starts on settings as they are.</summary>
    public static async Task<DurableBench> StartWithoutDispatchAsync(Dictionary<string, string?> store)
    {
        var bench = new DurableBench(store, Forgetting, new Rendezvous(), finished: null);
        try
        {
            await bench.Services.GetServices<IHostedService>().OfType<DatabaseInitializer<DurableDb>>().Single().StartingAsync(CancellationToken.None);
            return bench;
        }
        catch
        {
            bench._host.Dispose();
            throw;
        }
    }

    public async Task SendAsync<T>(string queue, T message, Guid? messageId = null)
        where T : class
    {
        var endpoint = await Bus.GetSendEndpoint(new Uri("queue:" + queue));
        await endpoint.Send(message, context => context.MessageId = messageId ?? context.MessageId);
    }

    /// <summary>A row as an older process left it.</summary>
    public async Task AddRowAsync<T>(string destination, T message, Action<OutboxRow>? change = null)
        where T : class
    {
        await using var database = OpenDatabase();
        await Services.GetRequiredService<ServiceOutbox<DurableDb>>().SendAsync(database, new Uri("queue:notes"), message, CancellationToken.None);
        var row = database.Outgoing.Single();
        row.Destination = destination;
        change?.Invoke(row);
        database.Add(row);
        await database.SaveChangesAsync();
    }

    public DurableDb OpenDatabase() => Services.GetRequiredService<IDbContextFactory<DurableDb>>().CreateDbContext();

    public async Task<int> CountAsync(string kind, string text)
    {
        await using var database = OpenDatabase();
        return await database.Notes.CountAsync(note => note.Kind == kind && note.Text == text);
    }

    /// <summary>Asks the database until the answer is yes; fails after 20 seconds.</summary>
    public async Task UntilAsync(Func<DurableDb, Task<bool>> question)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            await using (var database = OpenDatabase())
            {
                if (await question(database))
                {
                    return;
                }
            }

            await Task.Delay(10, limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_whole)
        {
            await _host.StopAsync();
        }
        else
        {
            await Bus.StopAsync();
        }

        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    private sealed class Module : IServiceModule
    {
        public string Name => "durable";

        public void AddServices(IServiceCollection services, IConfiguration configuration)
        {
            services.AddServiceDatabase<DurableDb>(Name);
            services.AddStage<ValidateJob, InstantRunner, DurableDb>(Stage.Validate, concurrency: 1);
        }

        public void AddConsumers(IBusRegistrationConfigurator bus)
        {
            bus.AddConsumer<NoteConsumer, NoteDefinition>();
            bus.AddConsumer<InstantConsumer, InstantDefinition>();
            bus.AddSagaStateMachine<CountingMachine, CountingSaga>(typeof(CountingDefinition)).InServiceDatabase<CountingSaga, DurableDb>();
        }
    }
}
