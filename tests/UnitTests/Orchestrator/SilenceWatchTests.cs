using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Messaging.Bus;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Orchestrator;
using FineTunePipeline.Orchestrator.Data;
using FineTunePipeline.Orchestrator.Saga;
using FineTunePipeline.Orchestrator.Silence;
using FineTunePipeline.TestKit.Stages;
using FineTunePipeline.UnitTests.Durable;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FineTunePipeline.UnitTests.Orchestrator;

public sealed class SilenceWatchTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Changed = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly ServiceStore _store = new();
    private readonly FakeTimeProvider _time = new(Changed);
    private IHost? _host;

    [Fact]
    public async Task Asks_after_a_quarter_of_an_hour_and_each_time_after_twice_as_long()
    {
        var watch = await WatchAsync();
        var job = await AddAsync("Running");
        var asked = new List<int>();
        for (var minute = 0; minute <= 130; minute++)
        {
            if (await watch.LookAsync(default) is { Count: > 0 } jobs)
            {
                Assert.Equal([job], jobs);
                asked.Add(minute);
            }

            _time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal([15, 30, 60, 120], asked);
        await using var database = Database();
        Assert.Equal(4, await database.Set<OutboxRow>().CountAsync(row => row.JobId == job && row.MessageTypes.Contains(nameof(AskAgain))));
    }

    [Fact]
    public async Task A_watch_that_was_started_anew_asks_once_more_and_then_waits_as_long_again()
    {
        var watch = await WatchAsync();
        await AddAsync("Running");
        _time.Advance(SilenceWatch.Silence * 8);
        Assert.Single(await watch.LookAsync(default));

        _time.Advance(SilenceWatch.Silence * 8 - TimeSpan.FromMinutes(1));
        Assert.Empty(await watch.LookAsync(default));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Single(await watch.LookAsync(default));
    }

    [Theory]
    [InlineData("Running", null, true)]
    [InlineData("Waiting", null, true)]
    [InlineData("Finishing", null, true)]
    [InlineData("Cancelling", null, true)]
    [InlineData("Pausing", null, true)]
    [InlineData("Paused", null, false)]
    [InlineData("Paused", "lease", true)]
    [InlineData("Succeeded", null, false)]
    [InlineData("Failed", null, false)]
    [InlineData("Succeeded", "lease", true)]
    [InlineData("Cancelled", "lease", true)]
    public async Task Asks_for_jobs_that_are_not_at_their_end_and_for_hosts_that_may_still_cost_money(string state, string? lease, bool asked)
    {
        var watch = await WatchAsync();
        await AddAsync(state, lease);
        _time.Advance(SilenceWatch.Silence);

        Assert.Equal(asked ? 1 : 0, (await watch.LookAsync(default)).Count);
    }

    [Fact]
    public async Task A_change_ends_the_silence()
    {
        var watch = await WatchAsync();
        var job = await AddAsync("Running");
        _time.Advance(SilenceWatch.Silence);
        Assert.Single(await watch.LookAsync(default));
        await using (var database = Database())
        {
            (await database.Jobs.SingleAsync(row => row.JobId == job)).ChangedAt = _time.GetUtcNow();
            using var open = database.OpenForWrites();
            await database.SaveChangesAsync();
        }

        _time.Advance(SilenceWatch.Silence - TimeSpan.FromMinutes(1));
        Assert.Empty(await watch.LookAsync(default));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Single(await watch.LookAsync(default));
    }

    [Fact]
    public async Task A_clock_that_was_set_back_makes_no_job_wait_as_much_longer()
    {
        var watch = await WatchAsync();
        var job = await AddAsync("Waiting");
        _time.SetUtcNow(Changed);
        await using (var database = Database())
        {
            (await database.Jobs.SingleAsync(row => row.JobId == job)).ChangedAt = Changed + TimeSpan.FromDays(1);
            using var open = database.OpenForWrites();
            await database.SaveChangesAsync();
        }

        Assert.Equal([job], await watch.LookAsync(default));
        _time.Advance(SilenceWatch.Silence - TimeSpan.FromMinutes(1));
        Assert.Empty(await watch.LookAsync(default));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([job], await watch.LookAsync(default));
    }

    public async ValueTask DisposeAsync()
    {
        _host?.Dispose();
        await _store.DisposeAsync();
    }

    private async Task<SilenceWatch> WatchAsync()
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        Microsoft.Extensions.Configuration.MemoryConfigurationBuilderExtensions.AddInMemoryCollection(builder.Configuration, await _store.SettingsAsync());
        builder.Services.AddSingleton<TimeProvider>(_time);
        builder.Services.AddMessaging(builder.Configuration, [new OrchestratorModule()]);
        _host = builder.Build();
        var services = _host.Services.GetServices<IHostedService>().ToList();
        await services.OfType<DatabaseInitializer<OrchestratorDbContext>>().Single().StartingAsync(default);
        return services.OfType<SilenceWatch>().Single();
    }

    private OrchestratorDbContext Database() => _host!.Services.GetRequiredService<IDbContextFactory<OrchestratorDbContext>>().CreateDbContext();

    private async Task<string> AddAsync(string state, string? lease = null)
    {
        await using var database = Database();
        var id = Guid.CreateVersion7();
        database.Jobs.Add(new FineTuneSaga
        {
            CorrelationId = id,
            JobId = JobId.From(id),
            CurrentState = state,
            LeaseId = lease,
            Spec = SampleEvents.Spec(),
            SubmittedAt = Changed,
            ChangedAt = Changed,
        });
        using var open = database.OpenForWrites();
        await database.SaveChangesAsync();
        return JobId.From(id);
    }
}
