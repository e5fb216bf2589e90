using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Messaging.Outbox;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace FineTunePipeline.UnitTests.Durable;

public sealed class SagaRepositoryTests : IAsyncDisposable
{
    private readonly ServiceStore _store = new();
    private readonly string _job = JobId.New();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Of_two_events_that_change_one_saga_at_once_in_two_processes_none_is_lost()
    {
        // Both have read the saga before either writes it, so one of them must find its version gone, and comes a second time.
        var rendezvous = new Rendezvous(2);
        var shared = DurableBench.Forgetting with { TransportForgets = false };
        await using var bench = await DurableBench.StartAsync(_store, shared, rendezvous);
        await using var other = await DurableBench.StartAsync(_store, shared, rendezvous);
        await bench.SendAsync("sagas", new SagaBegun { JobId = _job });
        await bench.UntilAsync(database => database.Sagas.AnyAsync());
        await Task.WhenAll(bench.SendAsync("sagas", new SagaTicked { JobId = _job }), other.SendAsync("sagas", new SagaTicked { JobId = _job }));
        await bench.UntilAsync(database => database.Sagas.AnyAsync(saga => saga.Ticks == 2));

        Assert.Equal(3, rendezvous.Came);
    }

    [Fact]
    public async Task Two_events_of_one_saga_come_one_after_the_other_in_one_process()
    {
        var rendezvous = new Rendezvous();
        await using var bench = await DurableBench.StartAsync(_store, rendezvous: rendezvous);
        await bench.SendAsync("sagas", new SagaBegun { JobId = _job });
        await bench.UntilAsync(database => database.Sagas.AnyAsync());
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => bench.SendAsync("sagas", new SagaTicked { JobId = _job })));
        await bench.UntilAsync(database => database.Sagas.AnyAsync(saga => saga.Ticks == 20));

        Assert.Equal(20, rendezvous.Came);
    }

    [Fact]
    public async Task Of_two_messages_that_begin_one_saga_one_does()
    {
        await using var bench = await DurableBench.StartAsync(_store);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => bench.SendAsync("sagas", new SagaBegun { JobId = _job })));
        await bench.Recorder.ConsumedAsync<SagaBegun>(4);

        await using var database = bench.OpenDatabase();
        Assert.Equal(1, await database.Sagas.CountAsync());
        Assert.Equal(1, await database.Set<OutboxRow>().CountAsync());
    }
}
