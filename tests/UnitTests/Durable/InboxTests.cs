using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Messaging.Parking;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace FineTunePipeline.UnitTests.Durable;

public sealed class InboxTests : IAsyncDisposable
{
    private readonly ServiceStore _store = new();
    private readonly string _job = JobId.New();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_message_that_is_delivered_twice_is_consumed_once()
    {
        await using var bench = await DurableBench.StartAsync(_store);
        var id = Guid.NewGuid();
        await bench.SendAsync("notes", Note("twice"), id);
        await bench.UntilAsync(database => database.Notes.AnyAsync(note => note.Kind == "heard"));
        await bench.SendAsync("notes", Note("twice"), id);
        await bench.Recorder.ConsumedAsync<WriteNote>(2);

        Assert.Equal(1, await bench.CountAsync("written", "twice"));
        await using var database = bench.OpenDatabase();
        Assert.Equal(1, await database.Set<OutboxRow>().CountAsync());
    }

    [Fact]
    public async Task Duplicates_that_are_consumed_at_the_same_time_leave_one_effect()
    {
        await using var bench = await DurableBench.StartAsync(_store);
        var id = Guid.NewGuid();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => bench.SendAsync("notes", Note("many"), id)));
        await bench.Recorder.ConsumedAsync<WriteNote>(8);

        Assert.Equal(1, await bench.CountAsync("written", "many"));
    }

    [Theory]
    [InlineData("save")]
    [InlineData("update")]
    public async Task A_consumer_that_writes_by_itself_fails_and_leaves_nothing(string misdeed)
    {
        await using var bench = await DurableBench.StartAsync(_store);
        await bench.SendAsync("notes", Note("first"));
        await bench.UntilAsync(database => database.Notes.AnyAsync(note => note.Kind == "heard"));
        await bench.SendAsync("notes", Note("torn") with { Misdeed = misdeed });
        await bench.Recorder.FaultedAsync();

        Assert.Contains(bench.Recorder.Faults, fault => fault.GetBaseException().Message.Contains("must not write", StringComparison.Ordinal));
        Assert.Equal((0, 1), (await bench.CountAsync("written", "torn"), await bench.CountAsync("written", "first")));
        await using var database = bench.OpenDatabase();

        // The message itself is parked, then; of what its consumer did there is nothing.
        Assert.Equal(1, await database.Set<OutboxRow>().CountAsync(row => !row.Destination.Contains(ParkedMessages.Queue)));
    }

    private WriteNote Note(string text) => new() { JobId = _job, Text = text };
}
