using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Schema;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Gateway.Data;

/// <summary>The gateway's own views of jobs, made from events, and its clients' keys; nobody else's tables.</summary>
public sealed class GatewayDbContext(DbContextOptions<GatewayDbContext> options) : ServiceDbContext(options)
{
    public DbSet<JobRow> Jobs => Set<JobRow>();

    public DbSet<EventRow> Events => Set<EventRow>();

    public DbSet<IdempotencyRow> IdempotencyKeys => Set<IdempotencyRow>();

    public DbSet<ParkedRow> Parked => Set<ParkedRow>();

    protected override IReadOnlyList<SchemaStep> SchemaSteps =>
    [
        new("idempotency keys", """
            CREATE TABLE "idempotency_keys" (
                "Key" TEXT NOT NULL CONSTRAINT "PK_idempotency_keys" PRIMARY KEY,
                "BodySha256" TEXT NOT NULL,
                "JobId" TEXT NOT NULL,
                "CreatedAtMs" INTEGER NOT NULL);
            """),
        new("parked messages", """
            CREATE TABLE "parked" (
                "Id" INTEGER NOT NULL CONSTRAINT "PK_parked" PRIMARY KEY AUTOINCREMENT,
                "Reason" TEXT NOT NULL,
                "Queue" TEXT NOT NULL,
                "JobId" TEXT NULL,
                "MessageId" TEXT NULL,
                "MessageTypes" TEXT NOT NULL,
                "ContentType" TEXT NOT NULL,
                "Fault" TEXT NOT NULL,
                "Body" TEXT NOT NULL,
                "IsWhole" INTEGER NOT NULL,
                "AtMs" INTEGER NOT NULL);
            CREATE INDEX "IX_parked_JobId" ON "parked" ("JobId");
            """),
    ];

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        var job = modelBuilder.Entity<JobRow>();
        job.ToTable("jobs");
        job.HasKey(row => row.JobId);
        job.Property(row => row.State).HasConversion<string>();

        var stored = modelBuilder.Entity<EventRow>();
        stored.ToTable("events");
        stored.HasKey(row => new { row.JobId, row.Sequence });

        var key = modelBuilder.Entity<IdempotencyRow>();
        key.ToTable("idempotency_keys");
        key.HasKey(row => row.Key);

        var parked = modelBuilder.Entity<ParkedRow>();
        parked.ToTable("parked");
        parked.HasKey(row => row.Id);
        parked.Property(row => row.Reason).HasConversion<string>();
        parked.HasIndex(row => row.JobId);
    }
}
