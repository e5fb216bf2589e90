using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Messaging.Outbox;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace FineTunePipeline.UnitTests.Durable;

public sealed class ScheduleTests : IAsyncDisposable
{
    private readonly ServiceStore _store = new();
    private readonly string _job = JobId.New();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_schedule_outlives_the_process_and_fires_once()
    {
        await using (var first = await DurableBench.StartAsync(_store))
        {
            await first.SendAsync("sagas", new SagaBegun { JobId = _job });
            await first.UntilAsync(database => database.Set<OutboxRow>().AnyAsync(row => row.Token != null));
            await using var database = first.OpenDatabase();
            var row = await database.Set<OutboxRow>().SingleAsync();
            Assert.InRange(row.DueAt - TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), 3_000_000, 3_600_000);
        }

        await ComeDueAsync();
        await using (var second = await DurableBench.StartAsync(_store))
        {
            await second.UntilAsync(database => database.Sagas.AnyAsync(saga => saga.Alarms > 0));
            await second.UntilAsync(database => database.Set<OutboxRow>().AllAsync(row => row.SentAt != null));
        }

        await using var third = await DurableBench.StartAsync(_store);
        await third.Recorder.ConsumedAsync<AlarmRang>(1);
        await using var after = third.OpenDatabase();
        Assert.Equal(1, (await after.Sagas.SingleAsync()).Alarms);
    }

    [Fact]
    public async Task A_cancelled_schedule_is_gone_with_the_commit_that_cancels_it()
    {
        await using (var first = await DurableBench.StartAsync(_store))
        {
            await first.SendAsync("sagas", new SagaBegun { JobId = _job });
            await first.UntilAsync(database => database.Set<OutboxRow>().AnyAsync(row => row.Token != null));
            await first.SendAsync("sagas", new AlarmCancelled { JobId = _job });
            await first.UntilAsync(database => database.Sagas.AnyAsync(saga => saga.AlarmToken == null));
            await using var database = first.OpenDatabase();
            Assert.False(await database.Set<OutboxRow>().AnyAsync());
        }

        await ComeDueAsync();
        await using var second = await DurableBench.StartAsync(_store);
        await second.SendAsync("sagas", new SagaTicked { JobId = _job });
        await second.Recorder.ConsumedAsync<SagaTicked>(1);
        await using var after = second.OpenDatabase();
        Assert.Equal((0, 1), ((await after.Sagas.SingleAsync()).Alarms, (await after.Sagas.SingleAsync()).Ticks));
    }

    private async Task ComeDueAsync()
    {
        await using var bench = await DurableBench.StartWithoutDispatchAsync(_store);
        await using var database = bench.OpenDatabase();
        await database.Set<OutboxRow>().ExecuteUpdateAsync(row => row.SetProperty(x => x.DueAt, 1L));
    }
}
