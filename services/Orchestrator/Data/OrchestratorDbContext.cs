using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Sagas;
using FineTunePipeline.Messaging.Schema;
using FineTunePipeline.Orchestrator.Saga;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Orchestrator.Data;

/// <summary>The job database: what the orchestrator knows of each job.</summary>
public sealed class OrchestratorDbContext(DbContextOptions<OrchestratorDbContext> options) : ServiceDbContext(options)
{
    public DbSet<FineTuneSaga> Jobs => Set<FineTuneSaga>();

    protected override IReadOnlyList<SchemaStep> SchemaSteps =>
    [
        new(
            "jobs that wait for a person",
            """ALTER TABLE "jobs" ADD COLUMN "NeedsPerson" INTEGER NOT NULL DEFAULT 0;""",
            """ALTER TABLE jobs ADD COLUMN "NeedsPerson" boolean NOT NULL DEFAULT FALSE;"""),
        new(
            "jobs that rest",
            """
            ALTER TABLE "jobs" ADD COLUMN "PauseNote" TEXT NULL;
            ALTER TABLE "jobs" ADD COLUMN "PausedAt" TEXT NULL;
            ALTER TABLE "jobs" ADD COLUMN "PausedFor" TEXT NOT NULL DEFAULT '00:00:00';
            ALTER TABLE "jobs" ADD COLUMN "GoesOn" INTEGER NOT NULL DEFAULT 0;
            """,
            """
            ALTER TABLE jobs ADD COLUMN "PauseNote" text NULL;
            ALTER TABLE jobs ADD COLUMN "PausedAt" timestamp with time zone NULL;
            ALTER TABLE jobs ADD COLUMN "PausedFor" interval NOT NULL DEFAULT INTERVAL '0';
            ALTER TABLE jobs ADD COLUMN "GoesOn" boolean NOT NULL DEFAULT FALSE;
            """),
        new(
            "jobs that are only checked",
            """ALTER TABLE "jobs" ADD COLUMN "PlanOnly" INTEGER NOT NULL DEFAULT 0;""",
            """ALTER TABLE jobs ADD COLUMN "PlanOnly" boolean NOT NULL DEFAULT FALSE;"""),
        new(
            "what want of memory made of jobs",
            """
            ALTER TABLE "jobs" ADD COLUMN "Recomputes" INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE "jobs" ADD COLUMN "MoreCardBytes" INTEGER NULL;
            """,
            """
            ALTER TABLE jobs ADD COLUMN "Recomputes" boolean NOT NULL DEFAULT FALSE;
            ALTER TABLE jobs ADD COLUMN "MoreCardBytes" bigint NULL;
            """),
    ];

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        var job = modelBuilder.Saga<FineTuneSaga>("jobs");
        job.Property(row => row.Stage).HasConversion<string>();
        job.Property(row => row.ChangedAt).HasConversion(at => at.ToUnixTimeMilliseconds(), ms => DateTimeOffset.FromUnixTimeMilliseconds(ms));
        job.Property(row => row.Spec).AsJson();
        job.Property(row => row.Attempts).AsJson();
        job.Property(row => row.Retries).AsJson();
        job.Property(row => row.TrainWith).AsJson();
        job.Property(row => row.Inputs).AsJson();
        job.Property(row => row.Host).AsJson();
        job.Property(row => row.Prepared).AsJson();
        job.Property(row => row.Trained).AsJson();
        job.Property(row => row.Converted).AsJson();
        job.Property(row => row.Result).AsJson();
        job.Property(row => row.Failure).AsJson();
        job.Property(row => row.Moments).AsJson();

        // The cleaner's question: which jobs are long at their end?
        job.HasIndex(row => row.JobId).HasDatabaseName("jobs_by_id");
    }
}
