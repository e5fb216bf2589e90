using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTunePipeline.UnitTests.Durable;

public sealed class CleanerTests : IAsyncDisposable
{
    private const long Hour = 3_600_000;

    private readonly ServiceStore _store = new();
    private readonly (string Running, string Ended) _jobs = (JobId.New(), JobId.New());

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Theory]
    [InlineData(23, 1, 1)]
    [InlineData(25, 0, 1)]
    [InlineData(47, 0, 1)]
    [InlineData(49, 0, 0)]
    public async Task Where_the_transport_forgets_rows_of_an_ended_job_go_after_a_day_and_its_inbox_a_day_later(int hours, int outbox, int inbox)
    {
        await using var bench = await BenchAsync(DurableBench.Forgetting, hours);
        Assert.Equal((outbox, inbox), await CountAsync(bench, _jobs.Ended));
        Assert.Equal((1, 1), await CountAsync(bench, _jobs.Running));
    }

    [Theory]
    [InlineData(167, 1)]
    [InlineData(169, 0)]
    public async Task Where_the_broker_remembers_inbox_rows_go_after_a_week_and_waiting_rows_stay(int hours, int inbox)
    {
        await using var bench = await BenchAsync(new OutboxSettings { TransportForgets = false }, hours);
        Assert.Equal((1, inbox), await CountAsync(bench, _jobs.Ended));
    }

    private async Task<DurableBench> BenchAsync(OutboxSettings settings, int hours)
    {
        // Without its dispatcher: only the cleaner touches the rows.
        var bench = await DurableBench.StartWithoutDispatchAsync(_store, settings, new Jobs(_jobs.Ended, TimeSpan.FromHours(hours)));
        await using var database = bench.OpenDatabase();
        var at = await bench.Services.GetRequiredService<SqlDialect>().NowAsync(database, CancellationToken.None) - (hours * Hour);
        foreach (var job in new[] { _jobs.Running, _jobs.Ended })
        {
            database.Add(new OutboxRow { MessageId = Guid.NewGuid(), JobId = job, Destination = "queue:notes", ContentType = "", MessageTypes = "", Body = "", DueAt = at });
            database.Add(new InboxRow { ConsumerId = Guid.NewGuid(), MessageId = Guid.NewGuid(), JobId = job, ConsumedAt = at });
        }

        await database.SaveChangesAsync();
        await bench.Services.GetRequiredService<OutboxCleaner<DurableDb>>().CleanAsync(CancellationToken.None);
        return bench;
    }

    private static async Task<(int Outbox, int Inbox)> CountAsync(DurableBench bench, string job)
    {
        await using var database = bench.OpenDatabase();
        return (await database.Set<OutboxRow>().CountAsync(row => row.JobId == job), await database.Set<InboxRow>().CountAsync(row => row.JobId == job));
    }

    private sealed class Jobs(string ended, TimeSpan ago) : IFinishedJobs
    {
        public Task<IReadOnlyCollection<string>> SelectAsync(IReadOnlyCollection<string> jobIds, TimeSpan forAtLeast, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyCollection<string>>([.. jobIds.Where(job => job == ended && ago >= forAtLeast)]);
    }
}
