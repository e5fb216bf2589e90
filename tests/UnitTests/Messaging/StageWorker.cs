using FineTunePipeline.Contracts.Release;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.UnitTests.Durable;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace FineTunePipeline.UnitTests.Messaging;

/// <summary>What one process has of a stage, put together as a service does it.</summary>
internal sealed class StageWorker : IAsyncDisposable
{
    private readonly ServiceProvider _provider;
    private bool _running;

    private StageWorker(ServiceProvider provider, StageScript script, SqlHook sql, FakeTimeProvider time)
    {
        (_provider, Script, Sql, Time) = (provider, script, sql, time);
        Recorder = new StageTold(provider);
        Table = provider.GetRequiredService<StageRunTable<StageTestDb>>();
        Inbox = new StageConsumes(provider);
    }

    /// <summary>What this worker told, through its outbox or past it.</summary>
    public StageTold Recorder { get; }

    public StageScript Script { get; }

    public SqlHook Sql { get; }

    /// <summary>The worker's own monotonic clock; the database's is the real one.</summary>
    public FakeTimeProvider Time { get; }

    public StageRunTable<StageTestDb> Table { get; }

    public StageConsumes Inbox { get; }

    /// <param name="here">How many attempts with <see cref="StageBench.Here"/> it works on at once; 0: they take no turns.</param>
    public static async Task<StageWorker> CreateAsync(ServiceStore store, int concurrency, bool keepTrying, Stage stage, int here)
    {
        var (script, sql, time) = (new StageScript(), new SqlHook(), new FakeTimeProvider());
        var services = new ServiceCollection();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(await store.SettingsAsync()).Build();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddLogging();
        services.AddSingleton<TimeProvider>(time);
        services.AddSingleton(script);
        services.AddServiceDatabase<StageTestDb>("stages");
        services.ConfigureDbContext<StageTestDb>(options => options.AddInterceptors(sql));
        if (here > 0)
        {
            services.AddStage<ReleaseHost, ScriptedStage, StageTestDb>(stage, _ => concurrency, _ => here, command => command.LeaseId == StageBench.Here);
        }
        else
        {
            services.AddStage<ReleaseHost, ScriptedStage, StageTestDb>(stage, concurrency, keepTrying);
        }

        // Several workers share the database, as on a broker; no dispatcher runs, so what they told can be read from their rows.
        services.AddSingleton(new OutboxSettings { TransportForgets = false });
        services.AddMassTransit(bus => bus.UsingInMemory());
        var worker = new StageWorker(services.BuildServiceProvider(validateScopes: true), script, sql, time);
        await worker._provider.GetRequiredService<IBusControl>().StartAsync();
        foreach (var service in worker.Hosted<IHostedLifecycleService>())
        {
            await service.StartingAsync(default);
        }

        return worker;
    }

    public StageTestDb Database() => _provider.GetRequiredService<IDbContextFactory<StageTestDb>>().CreateDbContext();

    /// <summary>Stores an outcome and tells nobody.</summary>
    public Task<bool> StoreAsync(StageRun claim, StageRunState from, IStageEvent outcome, CancellationToken cancellationToken) =>
        Queue.RunAsync(null, session => StageRunTable<StageTestDb>.FinishAsync(session, claim, from, outcome), cancellationToken);

    /// <summary>A command as it may stand in a row that an older version wrote.</summary>
    public async Task PutAsync(string command)
    {
        await using var database = Database();
        await Queue.RunAsync(null, session => Table.AcceptAsync(session, database, StageBench.Job, StageBench.TheStage, 1, command), default);
    }

    public async Task StartAsync()
    {
        _running = true;
        await Runner().StartAsync(default);
    }

    /// <summary>Its runner has looked, nothing is due that it cannot take, and it has a slot.</summary>
    public async Task IdleAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        StageReservation? slot;
        while ((slot = Runner().TryReserve("idle", 1)) is null)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        slot.End(null);
    }

    /// <summary>The service is told to stop, and has.</summary>
    public async Task StopAsync()
    {
        _running = false;
        await Runner().StopAsync(default).WaitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>What the worker has written is committed: a statement on the same rows has its turn, or their locks, only then.</summary>
    public Task CommittedAsync() => Queue.RunAsync(null, session => session.ExecuteAsync("UPDATE stage_runs SET \"Tries\" = \"Tries\" RETURNING 1"), default);

    /// <summary>Lets the runner look again now instead of at its next poll.</summary>
    public void Wake() => _provider.GetRequiredService<StageSignal<ReleaseHost>>().Set(closing: true);

    /// <summary>The clock moves and the runner looks.</summary>
    public void Pass(int seconds)
    {
        Time.Advance(TimeSpan.FromSeconds(seconds));
        Wake();
    }

    /// <summary>Ten seconds pass, and the claims are renewed; the runner has taken note of it when this returns.</summary>
    public async Task RenewAsync()
    {
        var renewed = Sql.NextAsync(SqlHook.Renew);
        Pass(seconds: 10);
        await renewed;

        // The look for claims to end comes after the note in the same round.
        var looked = Sql.NextAsync(SqlHook.Closing);
        Wake();
        await looked;
    }

    public Task<StageFailed> FailedAsync(int attempt = 1) => Recorder.OutAsync<StageFailed>(told => told.Attempt == attempt);

    public Task<StageCancelled> CancelledAsync(int attempt = 1) => Recorder.OutAsync<StageCancelled>(told => told.Attempt == attempt);

    public Task<HostReleased> ReleasedAsync(int attempt = 1) => Recorder.OutAsync<HostReleased>(told => told.Attempt == attempt);

    public int Told<T>() => Recorder.Out.OfType<T>().Count();

    public async ValueTask DisposeAsync()
    {
        Sql.Before = _ => Task.CompletedTask;
        if (_running)
        {
            await StopAsync();
        }

        await _provider.GetRequiredService<IBusControl>().StopAsync();
        await _provider.DisposeAsync();
    }

    private WriteQueue<StageTestDb> Queue => _provider.GetRequiredService<WriteQueue<StageTestDb>>();

    private StageRunner<ReleaseHost, StageTestDb> Runner() => Hosted<StageRunner<ReleaseHost, StageTestDb>>().Single();

    private IEnumerable<T> Hosted<T>() => _provider.GetServices<IHostedService>().OfType<T>();
}
