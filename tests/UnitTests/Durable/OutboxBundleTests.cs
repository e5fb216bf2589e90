using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Messaging.Outbox;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace FineTunePipeline.UnitTests.Durable;

public sealed class OutboxBundleTests : IAsyncDisposable
{
    private static readonly OutboxBundle Bundle = OutboxBundle.Of<NoteWritten, NotesWritten>(notes => new NotesWritten { Notes = notes });
    private static readonly string[] Texts = ["a", "b", "c", "d", "e"];

    private readonly ServiceStore _store = new();
    private readonly string _job = JobId.New();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Messages_that_wait_together_go_as_one_in_the_order_in_which_they_were_written()
    {
        await WriteAsync();
        await using var bench = await DurableBench.StartAsync(_store, bundle: Bundle);
        await bench.UntilAsync(async database => await database.Notes.CountAsync(note => note.Kind == "heard") == Texts.Length);

        var bundle = await bench.Recorder.ConsumedAsync<NotesWritten>(_ => true);
        var together = bundle.Notes.Select(note => note.Text).ToList();
        Assert.True(together.Count > 1);
        Assert.Equal(Texts.Skip(Array.IndexOf(Texts, together[0])).Take(together.Count), together);
        await bench.UntilAsync(database => database.Set<OutboxRow>().AllAsync(row => row.SentAt != null));
    }

    [Fact]
    public async Task One_that_cannot_be_read_leaves_the_others_to_go_alone()
    {
        await WriteAsync(garbled: true);
        await using var bench = await DurableBench.StartAsync(_store, bundle: Bundle);
        await bench.UntilAsync(async database => await database.Notes.CountAsync(note => note.Kind == "heard") == Texts.Length);

        Assert.DoesNotContain(bench.Recorder.Out, sent => sent is NotesWritten);
    }

    [Fact]
    public async Task One_alone_goes_as_it_is()
    {
        await using var bench = await DurableBench.StartAsync(_store, bundle: Bundle);
        await bench.SendAsync("notes", new WriteNote { JobId = _job, Text = "alone" });

        Assert.Equal("alone", (await bench.Recorder.ConsumedAsync<NoteWritten>(_ => true)).Text);
        Assert.DoesNotContain(bench.Recorder.Out, sent => sent is NotesWritten);
    }

    /// <summary>A process that wrote and did not send.</summary>
    private async Task WriteAsync(bool garbled = false)
    {
        await using var dead = await DurableBench.StartWithoutDispatchAsync(_store);
        foreach (var text in Texts)
        {
            await dead.SendAsync("notes", new WriteNote { JobId = _job, Text = text });
            await dead.UntilAsync(database => database.Notes.AnyAsync(note => note.Text == text));
        }

        if (garbled)
        {
            await dead.AddRowAsync(
                dead.Bus.Topology.PublishTopology.GetMessageTopology<NoteWritten>().TryGetPublishAddress(dead.Bus.Address, out var address) ? address.ToString() : "",
                new NoteWritten { JobId = _job, Text = "garbled" },
                row => row.Body = "{\"message\":[");
        }
    }
}
