using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Ops;
using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Messaging.Parking;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace FineTunePipeline.UnitTests.Durable;

/// <summary>What nobody can take goes to the gateway's queue for it, by the outbox.</summary>
public sealed class ParkingTests : IAsyncDisposable
{
    private readonly ServiceStore _store = new();
    private readonly string _job = JobId.New();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_body_that_is_no_JSON_is_parked_with_the_job_it_names()
    {
        var parked = await ParkedAsync(row => row.Body = $"{{ broken for {_job}");

        Assert.Equal((ParkReason.Failed, _job, true), (parked.Reason, parked.JobId, parked.IsWhole));
        Assert.Contains("/notes", parked.Queue, StringComparison.Ordinal);
        Assert.Equal($"{{ broken for {_job}", parked.Body);
    }

    [Fact]
    public async Task A_message_without_a_field_that_it_must_have_is_parked()
    {
        var parked = await ParkedAsync(row => row.Body = row.Body.Replace("\"text\"", "\"tekst\"", StringComparison.Ordinal));

        Assert.Equal((ParkReason.Failed, _job), (parked.Reason, parked.JobId));
        Assert.Contains("text", parked.Fault, StringComparison.Ordinal);
        Assert.Contains("NoteWritten", parked.MessageTypes, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_type_that_nobody_knows_is_parked()
    {
        var parked = await ParkedAsync(row =>
            (row.Body, row.MessageTypes) = (row.Body.Replace("NoteWritten", "NoteSung", StringComparison.Ordinal), "urn:message:FineTunePipeline.UnitTests.Durable:NoteSung"));

        Assert.Equal((ParkReason.Unknown, _job), (parked.Reason, parked.JobId));
        Assert.Equal("urn:message:FineTunePipeline.UnitTests.Durable:NoteSung", parked.MessageTypes.Split(';')[0]);
    }

    [Fact]
    public async Task A_field_that_a_newer_sender_added_is_ignored()
    {
        await using var bench = await DurableBench.StartAsync(_store);
        await bench.AddRowAsync(
            "queue:notes", new NoteWritten { JobId = _job, Text = "new" }, row => row.Body = row.Body.Replace("\"text\"", "\"colour\": \"red\", \"text\"", StringComparison.Ordinal));

        await bench.UntilAsync(database => database.Notes.AnyAsync(note => note.Text == "new"));
        await using var database = bench.OpenDatabase();
        Assert.False(await Parked(database).AnyAsync());
    }

    [Fact]
    public async Task A_consumer_that_fails_at_every_try_parks_its_message_and_a_fault_is_published()
    {
        await using var bench = await DurableBench.StartAsync(_store);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await bench.Bus.ConnectReceiveEndpoint("faults", endpoint => endpoint.Handler<Fault<WriteNote>>(_ => Task.FromResult(told.TrySetResult()))).Ready;

        await bench.SendAsync("notes", new WriteNote { JobId = _job, Text = "bad", Misdeed = "save" });

        var parked = await ParkedAsync(bench);
        Assert.Contains("A consumer must not write", parked.Fault, StringComparison.Ordinal);
        await told.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal(0, await bench.CountAsync("written", "bad"));
    }

    [Theory]
    [InlineData("headers")]
    [InlineData("destination")]
    [InlineData("content type")]
    public async Task A_damaged_outbox_row_is_parked_and_stops_no_other(string what)
    {
        await using var bench = await DurableBench.StartAsync(_store);
        await bench.AddRowAsync("queue:notes", new NoteWritten { JobId = _job, Text = "lost" }, row =>
        {
            row.Headers = what == "headers" ? "{ no" : row.Headers;
            row.Destination = what == "destination" ? "no address" : row.Destination;
            row.ContentType = what == "content type" ? "neither" : row.ContentType;
        });
        await bench.SendAsync("notes", new WriteNote { JobId = _job, Text = "after" });

        var parked = await ParkedAsync(bench);

        Assert.Equal((ParkReason.Unsent, _job), (parked.Reason, parked.JobId));
        await bench.UntilAsync(database => database.Notes.AnyAsync(note => note.Kind == "heard" && note.Text == "after"));
        Assert.Equal(0, await bench.CountAsync("heard", "lost"));
    }

    [Fact]
    public async Task A_message_that_comes_again_and_fails_again_is_parked_as_the_same()
    {
        await using var bench = await DurableBench.StartAsync(_store);
        var id = Guid.NewGuid();
        await bench.SendAsync("notes", new WriteNote { JobId = _job, Text = "bad", Misdeed = "save" }, id);
        await bench.SendAsync("notes", new WriteNote { JobId = _job, Text = "bad", Misdeed = "save" }, id);

        await bench.UntilAsync(async database => await Parked(database).CountAsync() == 2);
        await using var database = bench.OpenDatabase();
        Assert.Single((await Parked(database).Select(row => row.MessageId).ToListAsync(TestContext.Current.CancellationToken)).Distinct());
    }

    private static IQueryable<OutboxRow> Parked(DurableDb database) => database.Set<OutboxRow>().Where(row => row.Destination.Contains(ParkedMessages.Queue));

    private static async Task<ParkMessage> ParkedAsync(DurableBench bench)
    {
        await bench.UntilAsync(database => Parked(database).AnyAsync());
        await using var database = bench.OpenDatabase();
        var body = (await Parked(database).SingleAsync()).Body;
        return JsonElement.Parse(body).GetProperty("message").Deserialize<ParkMessage>(new JsonSerializerOptions(JsonSerializerDefaults.Web) { Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() } })!;
    }

    private async Task<ParkMessage> ParkedAsync(Action<OutboxRow> damage)
    {
        await using var bench = await DurableBench.StartAsync(_store);
        await bench.AddRowAsync("queue:notes", new NoteWritten { JobId = _job, Text = "x" }, damage);
        return await ParkedAsync(bench);
    }
}
