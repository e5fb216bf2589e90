using System.Collections.Concurrent;
using System.Diagnostics;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Messaging.Diagnostics;
using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.UnitTests.Durable;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace FineTunePipeline.UnitTests.Messaging;

/// <summary>The points that a listener is told are reached by every message.</summary>
public sealed class PointsTests : IAsyncDisposable
{
    private readonly ServiceStore _store = new();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_message_passes_its_points()
    {
        var passed = new ConcurrentQueue<(string Point, object? Argument)>();
        using var listening = DiagnosticListener.AllListeners.Subscribe(new Listening(passed));
        await using var bench = await DurableBench.StartAsync(_store);
        await bench.SendAsync("notes", new WriteNote { JobId = JobId.New(), Text = "points" });
        await bench.UntilAsync(database => database.Notes.AnyAsync(note => note.Kind == "heard"));
        await bench.UntilAsync(database => database.Set<OutboxRow>().AllAsync(row => row.SentAt != null));

        // Other tests of the process write to the same listener: only what speaks of this bench's own event counts.
        await bench.UntilAsync(async database =>
        {
            var ids = await database.Set<OutboxRow>().Select(row => row.MessageId).ToListAsync();
            var own = passed.Where(point => point.Argument is Guid id && ids.Contains(id)).Select(point => point.Point).Distinct().ToList();
            return own.Contains(MessagingPoints.MessageSent) && own.Contains(MessagingPoints.ConsumeCommitted);
        });
        Assert.Contains(passed, point => point.Point == MessagingPoints.OutboxCommitted);
    }

    private sealed class Listening(ConcurrentQueue<(string, object?)> passed) : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
    {
        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == MessagingPoints.ListenerName)
            {
                value.Subscribe(this);
            }
        }

        public void OnNext(KeyValuePair<string, object?> value) => passed.Enqueue((value.Key, value.Value));

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }
}
