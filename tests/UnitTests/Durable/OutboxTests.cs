using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Messaging.Outbox;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTunePipeline.UnitTests.Durable;

public sealed class OutboxTests : IAsyncDisposable
{
    private readonly ServiceStore _store = new();
    private readonly string _job = JobId.New();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task What_a_dead_process_committed_and_did_not_send_is_sent_by_the_next_one()
    {
        await using (var dead = await DurableBench.StartWithoutDispatchAsync(_store))
        {
            foreach (var text in new[] { "a", "b", "c" })
            {
                await dead.SendAsync("notes", new WriteNote { JobId = _job, Text = text });
            }

            await dead.Recorder.ConsumedAsync<WriteNote>(3);
            Assert.Equal(0, await dead.CountAsync("heard", "a"));
        }

        await using var next = await DurableBench.StartAsync(_store);
        await next.UntilAsync(database => database.Notes.AllAsync(note => note.Kind != "written" || database.Notes.Any(other => other.Kind == "heard" && other.Text == note.Text)));
        Assert.Equal((1, 1, 1), (await next.CountAsync("heard", "a"), await next.CountAsync("heard", "b"), await next.CountAsync("heard", "c")));
        Assert.Equal((1, 1, 1), (await next.CountAsync("written", "a"), await next.CountAsync("written", "b"), await next.CountAsync("written", "c")));
    }

    [Fact]
    public async Task What_was_sent_and_forgotten_by_the_transport_is_sent_again_at_start_and_dropped_by_the_inbox()
    {
        await using (var first = await DurableBench.StartAsync(_store))
        {
            await first.SendAsync("notes", new WriteNote { JobId = _job, Text = "once" });
            await first.UntilAsync(database => database.Notes.AnyAsync(note => note.Kind == "heard"));
            await first.UntilAsync(database => database.Set<OutboxRow>().AllAsync(row => row.SentAt != null));
        }

        await using var next = await DurableBench.StartAsync(_store);
        await next.Recorder.ConsumedAsync<NoteWritten>(1);
        Assert.Equal(1, await next.CountAsync("heard", "once"));
    }

    [Theory]
    [InlineData("rabbitmq://broker.example:5672/vhost/notes?bind=true")]
    [InlineData("rabbitmq://broker.example/notes")]
    public async Task A_row_of_the_time_on_another_transport_finds_its_queue(string destination)
    {
        await using var bench = await DurableBench.StartAsync(_store);
        await bench.AddRowAsync(destination, new WriteNote { JobId = _job, Text = "moved" });

        await bench.UntilAsync(database => database.Notes.AnyAsync(note => note.Kind == "heard" && note.Text == "moved"));
    }

    [Fact]
    public async Task What_a_transport_forgot_is_sent_again_after_the_move_to_a_broker()
    {
        await using (var first = await DurableBench.StartAsync(_store))
        {
            await first.SendAsync("notes", new WriteNote { JobId = _job, Text = "kept" });
            await first.UntilAsync(database => database.Notes.AnyAsync(note => note.Kind == "heard"));
            await first.UntilAsync(database => database.Set<OutboxRow>().AllAsync(row => row.SentAt != null));
        }

        await using var next = await DurableBench.StartAsync(_store, new OutboxSettings { TransportForgets = false });
        await next.Recorder.ConsumedAsync<NoteWritten>(1);
        await next.UntilAsync(async database => !await database.Set<OutboxRow>().AnyAsync());
        Assert.Equal(1, await next.CountAsync("heard", "kept"));
    }

    /// <param name="days">The claim's end, from now: one that lies a day ahead was taken before the clock was set back.</param>
    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_row_whose_sender_died_before_it_marked_it_is_sent_again_when_its_claim_is_over(int days)
    {
        var remembering = new OutboxSettings { TransportForgets = false };
        await using var bench = await DurableBench.StartAsync(_store, remembering);
        await bench.SendAsync("notes", new WriteNote { JobId = _job, Text = "again" });
        await bench.UntilAsync(database => database.Notes.AnyAsync(note => note.Kind == "heard"));
        await bench.UntilAsync(async database => !await database.Set<OutboxRow>().AnyAsync());

        // The row as it was before the mark, held by a process that is gone.
        await bench.AddRowAsync("queue:notes", new NoteWritten { JobId = _job, Text = "held" }, row => (row.Claim, row.ClaimedUntil) = ("dead", TimeProvider.System.GetUtcNow().AddDays(days).ToUnixTimeMilliseconds()));
        await bench.UntilAsync(database => database.Notes.AnyAsync(note => note.Text == "held"));
        Assert.Equal(1, await bench.CountAsync("heard", "held"));
    }

    [Fact]
    public async Task Where_the_broker_remembers_sent_rows_are_deleted()
    {
        await using var bench = await DurableBench.StartAsync(_store, new OutboxSettings { TransportForgets = false });
        await bench.SendAsync("notes", new WriteNote { JobId = _job, Text = "gone" });
        await bench.UntilAsync(database => database.Notes.AnyAsync(note => note.Kind == "heard"));
        await bench.UntilAsync(async database => !await database.Set<OutboxRow>().AnyAsync());
    }

    [Fact]
    public async Task A_message_that_cannot_be_sent_is_given_up_and_holds_nobody_back()
    {
        var settings = DurableBench.Forgetting with { FailureLimit = 3 };
        await using var bench = await DurableBench.StartAsync(_store, settings);
        await bench.AddRowAsync("no address at all", new NoteWritten { JobId = _job, Text = "lost" });
        await bench.SendAsync("notes", new WriteNote { JobId = _job, Text = "after" });

        await bench.UntilAsync(database => database.Set<OutboxRow>().AnyAsync(row => row.DeadAt != null));
        await bench.UntilAsync(database => database.Notes.AnyAsync(note => note.Kind == "heard" && note.Text == "after"));
        await using var database = bench.OpenDatabase();
        Assert.Equal(3, (await database.Set<OutboxRow>().SingleAsync(row => row.DeadAt != null)).Failures);
    }

    [Fact]
    public async Task A_bus_that_is_away_counts_against_no_message()
    {
        var settings = DurableBench.Forgetting with { FailureLimit = 1, SendLimit = TimeSpan.FromMilliseconds(50) };
        await using var bench = await DurableBench.StartAsync(_store, settings);
        await bench.Bus.StopAsync();
        await using (var database = bench.OpenDatabase())
        {
            var outbox = bench.Services.GetRequiredService<ServiceOutbox<DurableDb>>();
            await outbox.SendAsync(database, new Uri("queue:notes"), new NoteWritten { JobId = _job, Text = "patient" }, CancellationToken.None);
            await outbox.SaveAsync(database, CancellationToken.None);
        }

        // It was tried, and put back.
        await bench.UntilAsync(database => database.Set<OutboxRow>().AnyAsync(row => row.Claim == null && row.SentAt == null));
        await bench.Bus.StartAsync();
        await bench.UntilAsync(database => database.Notes.AnyAsync(note => note.Text == "patient"));
        await using var after = bench.OpenDatabase();
        Assert.Equal(0, (await after.Set<OutboxRow>().SingleAsync()).Failures);
    }

    [Fact]
    public async Task A_writer_that_is_no_consumer_sends_what_it_saved_and_nothing_else()
    {
        await using (var dead = await DurableBench.StartWithoutDispatchAsync(_store))
        {
            var outbox = dead.Services.GetRequiredService<ServiceOutbox<DurableDb>>();
            foreach (var text in new[] { "saved", "dropped" })
            {
                await using var database = dead.OpenDatabase();
                database.Notes.Add(new Note { Kind = "submitted", Text = text });
                await outbox.SendAsync(database, new Uri("queue:notes"), new WriteNote { JobId = _job, Text = text }, CancellationToken.None);
                if (text == "saved")
                {
                    await outbox.SaveAsync(database, CancellationToken.None);
                }
            }
        }

        await using var next = await DurableBench.StartAsync(_store);
        await next.UntilAsync(database => database.Notes.AnyAsync(note => note.Kind == "heard" && note.Text == "saved"));
        Assert.Equal((1, 0), (await next.CountAsync("submitted", "saved"), await next.CountAsync("submitted", "dropped")));
        Assert.Equal((1, 0), (await next.CountAsync("written", "saved"), await next.CountAsync("written", "dropped")));
    }

    [Fact]
    public async Task Messages_of_one_job_are_sent_in_the_order_in_which_they_were_written()
    {
        await using var bench = await DurableBench.StartAsync(_store);
        var heard = new List<string>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var listener = bench.Bus.ConnectReceiveEndpoint("listener", endpoint =>
        {
            (endpoint.PrefetchCount, endpoint.ConcurrentMessageLimit) = (1, 1);
            endpoint.Handler<NoteWritten>(context =>
            {
                heard.Add(context.Message.Text);
                if (heard.Count == 50)
                {
                    all.SetResult();
                }

                return Task.CompletedTask;
            });
        });
        await listener.Ready;
        var outbox = bench.Services.GetRequiredService<ServiceOutbox<DurableDb>>();
        await using var database = bench.OpenDatabase();
        for (var number = 0; number < 50; number++)
        {
            await outbox.PublishAsync(database, new NoteWritten { JobId = _job, Text = $"{number:00}" }, CancellationToken.None);
        }

        await outbox.SaveAsync(database, CancellationToken.None);
        await all.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(heard.Order(), heard);
    }
}
