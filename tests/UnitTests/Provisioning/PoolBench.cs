using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Bus;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Provisioning;
using FineTunePipeline.Provisioning.Data;
using FineTunePipeline.Provisioning.Pool;
using FineTunePipeline.ServiceDefaults.Secrets;
using FineTunePipeline.Storage;
using FineTunePipeline.TestKit.Stages;
using FineTunePipeline.TestKit.Storage;
using FineTunePipeline.UnitTests.Durable;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace FineTunePipeline.UnitTests.Provisioning;

/// <summary>The service Provisioning over a real database; what it tells stays in its outbox, for the bus does not run.</summary>
internal sealed class PoolBench : IAsyncDisposable
{
    private readonly ServiceStore _store = new();
    private readonly TemporaryFolder _keys = new();
    private IHost? _host;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public IServiceProvider Services => _host!.Services;

    /// <summary>The key with which hosts are logged in to; not made yet.</summary>
    public string KeyFile => _keys.At("ssh_key");

    public HostTable Hosts => Services.GetRequiredService<HostTable>();

    public async Task<PoolBench> StartAsync()
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(await _store.SettingsAsync());
        builder.Configuration.AddInMemoryCollection([new("Pool:SecretKeyFile", _keys.At("secret_key")), new("Ssh:KeyFile", KeyFile)]);
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services.AddSingleton<IArtifactStore>(new MemoryArtifactStore());
        builder.Services.AddMessaging(builder.Configuration, [new ProvisioningModule()]);
        _host = builder.Build();
        await Services.GetServices<IHostedService>().OfType<DatabaseInitializer<ProvisioningDbContext>>().Single().StartingAsync(default);
        return this;
    }

    public ProvisioningDbContext Database() => Services.GetRequiredService<IDbContextFactory<ProvisioningDbContext>>().CreateDbContext();

    /// <summary>As the consumer does it: changes in its scope, one commit at the end.</summary>
    public async Task<IReadOnlyList<object>> EditAsync(Func<HostEdits, Task<IReadOnlyList<object>>> edit)
    {
        await using var scope = Services.CreateAsyncScope();
        var events = await edit(scope.ServiceProvider.GetRequiredService<HostEdits>());
        await scope.ServiceProvider.GetRequiredService<ProvisioningDbContext>().SaveChangesAsync();
        return events;
    }

    /// <summary>Gives a host a status command, as its owner does.</summary>
    public async Task<IReadOnlyList<object>> SetStatusCommandAsync(string name, string command)
    {
        var key = (await Services.GetRequiredService<SecretKey>().ToldAsync(default)).PublicKey;
        return await EditAsync(edits => edits.SetAsync(new SetHost { HostName = name, StatusCommand = SecretSeal.Seal(key, command) }, default));
    }

    public async Task AddAsync(string name, decimal price = 0, string currency = "CNY") => await EditAsync(edits => edits.SetAsync(
        new SetHost { HostName = name, Address = $"root@{name}.example:22", HourlyPrice = price, Currency = currency }, default));

    /// <summary>A lease that has moved in.</summary>
    public async Task MoveInAsync(string name, string leaseId, string jobId = "ftjob-1")
    {
        await using (var database = Database())
        {
            var lease = Lease(leaseId, price: 0, jobId: jobId);
            lease.State = LeaseState.Active;
            database.Leases.Add(lease);
            await database.SaveChangesAsync();
        }

        await Hosts.TakeAsync(name, leaseId, jobId, default);
        await Hosts.ChangeAsync(name, row => (row.SharedFolder = "/root/finetune") is not null, default);
    }

    /// <summary>A claim of a stage, as its runner has it.</summary>
    public async Task<RecordedClaim> ClaimAsync(Stage stage, string jobId = "ftjob-1", int attempt = 1)
    {
        await using var database = Database();
        database.StageRuns.Add(new StageRun { JobId = jobId, Stage = stage, Attempt = attempt, State = StageRunState.Open, Fence = 1 });
        await database.SaveChangesAsync();
        return new RecordedClaim(jobId, attempt);
    }

    public LeaseRow Lease(string leaseId, decimal price, decimal total = 0, string jobId = "ftjob-1") => new()
    {
        LeaseId = leaseId,
        JobId = jobId,
        Attempt = 1,
        Fence = 1,
        Provider = "ssh",
        State = LeaseState.Requested,
        HourlyPrice = price,
        Currency = "CNY",
        BudgetTotal = total,
        RequestedAt = Time.GetUtcNow(),
    };

    /// <summary>What was told, of one type.</summary>
    public async Task<int> ToldAsync<T>()
    {
        await using var database = Database();
        return await database.Set<OutboxRow>().CountAsync(row => row.MessageTypes.Contains(typeof(T).Name));
    }

    public async ValueTask DisposeAsync()
    {
        _host?.Dispose();
        _keys.Dispose();
        await _store.DisposeAsync();
    }
}
