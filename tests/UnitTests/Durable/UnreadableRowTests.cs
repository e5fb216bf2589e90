using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Messaging.Parking;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace FineTunePipeline.UnitTests.Durable;

/// <summary>Damage that PostgreSQL's types do not let in: SQLite keeps any text in any column.</summary>
public sealed class UnreadableRowTests : IAsyncDisposable
{
    private readonly ServiceStore _store = new();
    private readonly string _job = JobId.New();

    [Theory]
    [InlineData("MessageId")]
    [InlineData("CorrelationId")]
    [InlineData("Token")]
    public async Task Is_parked_and_holds_nobody_back(string column)
    {
        await using (var dead = await DurableBench.StartWithoutDispatchAsync(_store))
        {
            await dead.AddRowAsync("queue:notes", new NoteWritten { JobId = _job, Text = "damaged" });
            await dead.AddRowAsync("queue:notes", new NoteWritten { JobId = _job, Text = "sound" });
            await using var database = dead.OpenDatabase();
            await database.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
            await SqlDialect.ExecuteAsync(
                database, $"UPDATE outbox SET \"{column}\" = 'no id at all' WHERE \"Body\" LIKE '%damaged%'", TestContext.Current.CancellationToken);
        }

        await using var next = await DurableBench.StartAsync(_store);
        await next.UntilAsync(database => database.Notes.AnyAsync(note => note.Text == "sound"));
        await next.UntilAsync(database => database.Set<OutboxRow>()
            .AnyAsync(row => row.Destination.Contains(ParkedMessages.Queue) && row.JobId == null && row.Body.Contains("damaged") && row.Body.Contains(_job)));
        Assert.Equal(0, await next.CountAsync("heard", "damaged"));
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();
}
