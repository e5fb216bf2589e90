using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Messaging.Outbox;

/// <summary>The tables <c>inbox</c> and <c>outbox</c> of a service's database.</summary>
internal static class OutboxModel
{
    private const string Waiting = "\"SentAt\" IS NULL AND \"DeadAt\" IS NULL";

    public static void Add(ModelBuilder modelBuilder)
    {
        var inbox = modelBuilder.Entity<InboxRow>();
        inbox.ToTable("inbox");
        inbox.HasKey(row => new { row.ConsumerId, row.MessageId });
        inbox.HasIndex(row => row.ConsumedAt);

        var outbox = modelBuilder.Entity<OutboxRow>();
        outbox.ToTable("outbox");
        outbox.HasKey(row => row.Seq);
        outbox.Property(row => row.Seq).ValueGeneratedOnAdd();

        // The sweep's question: what is due? Rows that are kept after they were sent are not in this index.
        outbox.HasIndex(row => row.DueAt).HasFilter(Waiting).HasDatabaseName("outbox_waiting");
        outbox.HasIndex(row => row.Token).HasFilter("\"Token\" IS NOT NULL").HasDatabaseName("outbox_token");
        outbox.HasIndex(row => row.JobId).HasDatabaseName("outbox_job");
    }
}
