using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Schema;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Provisioning.Data;

/// <summary>The service's database: its stage runs, leases and money.</summary>
internal sealed class ProvisioningDbContext(DbContextOptions<ProvisioningDbContext> options) : ServiceDbContext(options)
{
    public DbSet<LeaseRow> Leases => Set<LeaseRow>();

    public DbSet<LedgerRow> Ledger => Set<LedgerRow>();

    public DbSet<HostRow> Hosts => Set<HostRow>();

    protected override IReadOnlyList<SchemaStep> SchemaSteps =>
    [
        new(
            "hosts that people have",
            """
            CREATE TABLE "hosts" (
                "Name" TEXT NOT NULL CONSTRAINT "PK_hosts" PRIMARY KEY,
                "Address" TEXT NOT NULL,
                "HourlyPrice" TEXT NOT NULL,
                "Currency" TEXT NOT NULL,
                "Gpu" TEXT NULL,
                "WorkFolder" TEXT NULL,
                "OnRelease" TEXT NOT NULL,
                "Password" TEXT NULL,
                "Version" INTEGER NOT NULL,
                "LeaseId" TEXT NULL,
                "JobId" TEXT NULL,
                "SharedFolder" TEXT NULL,
                "HostKey" TEXT NULL,
                "Fault" TEXT NULL,
                "FailedAtMs" INTEGER NULL,
                "IsLost" INTEGER NOT NULL,
                "IsRemoving" INTEGER NOT NULL);
            CREATE UNIQUE INDEX "IX_hosts_LeaseId" ON "hosts" ("LeaseId");
            ALTER TABLE "leases" ADD COLUMN "Offer" TEXT NULL;
            ALTER TABLE "leases" ADD COLUMN "ActiveAt" TEXT NULL;
            ALTER TABLE "leases" ADD COLUMN "IsUnfit" INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE "leases" ADD COLUMN "BudgetTotal" TEXT NOT NULL DEFAULT '0.0';
            """,
            """
            CREATE TABLE hosts (
                "Name" text NOT NULL CONSTRAINT "PK_hosts" PRIMARY KEY,
                "Address" text NOT NULL,
                "HourlyPrice" numeric NOT NULL,
                "Currency" text NOT NULL,
                "Gpu" text NULL,
                "WorkFolder" text NULL,
                "OnRelease" text NOT NULL,
                "Password" text NULL,
                "Version" bigint NOT NULL,
                "LeaseId" text NULL,
                "JobId" text NULL,
                "SharedFolder" text NULL,
                "HostKey" text NULL,
                "Fault" text NULL,
                "FailedAtMs" bigint NULL,
                "IsLost" boolean NOT NULL,
                "IsRemoving" boolean NOT NULL);
            CREATE UNIQUE INDEX "IX_hosts_LeaseId" ON hosts ("LeaseId");
            ALTER TABLE leases ADD COLUMN "Offer" text NULL;
            ALTER TABLE leases ADD COLUMN "ActiveAt" timestamp with time zone NULL;
            ALTER TABLE leases ADD COLUMN "IsUnfit" boolean NOT NULL DEFAULT FALSE;
            ALTER TABLE leases ADD COLUMN "BudgetTotal" numeric NOT NULL DEFAULT 0;
            """),
        new(
            "tests of hosts",
            """
            ALTER TABLE "hosts" ADD COLUMN "Test" TEXT NULL;
            ALTER TABLE "hosts" ADD COLUMN "TestUntilMs" INTEGER NULL;
            """,
            """
            ALTER TABLE hosts ADD COLUMN "Test" text NULL;
            ALTER TABLE hosts ADD COLUMN "TestUntilMs" bigint NULL;
            """),
        new(
            "leases that a change of address ended",
            """ALTER TABLE "hosts" ADD COLUMN "FormerLeaseId" TEXT NULL;""",
            """ALTER TABLE hosts ADD COLUMN "FormerLeaseId" text NULL;"""),
        new(
            "hosts that stop themselves",
            """
            ALTER TABLE "leases" ADD COLUMN "Deadline" TEXT NULL;
            ALTER TABLE "leases" ADD COLUMN "Watchdog" INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE "leases" ADD COLUMN "WatchdogAt" TEXT NULL;
            ALTER TABLE "leases" ADD COLUMN "StopsAt" TEXT NULL;
            ALTER TABLE "leases" ADD COLUMN "StopsWith" TEXT NULL;
            ALTER TABLE "leases" ADD COLUMN "AnsweredAt" TEXT NULL;
            """,
            """
            ALTER TABLE leases ADD COLUMN "Deadline" timestamp with time zone NULL;
            ALTER TABLE leases ADD COLUMN "Watchdog" integer NOT NULL DEFAULT 0;
            ALTER TABLE leases ADD COLUMN "WatchdogAt" timestamp with time zone NULL;
            ALTER TABLE leases ADD COLUMN "StopsAt" timestamp with time zone NULL;
            ALTER TABLE leases ADD COLUMN "StopsWith" text NULL;
            ALTER TABLE leases ADD COLUMN "AnsweredAt" timestamp with time zone NULL;
            """),
        new(
            "hosts whose provider is asked by a command",
            """ALTER TABLE "hosts" ADD COLUMN "StatusCommand" TEXT NULL;""",
            """ALTER TABLE hosts ADD COLUMN "StatusCommand" text NULL;"""),
        new(
            "why a host was not fit for a job",
            """ALTER TABLE "leases" ADD COLUMN "UnfitBecause" TEXT NULL;""",
            """ALTER TABLE leases ADD COLUMN "UnfitBecause" text NULL;"""),
        new(
            "how large a host's cards are",
            """ALTER TABLE "leases" ADD COLUMN "CardBytes" INTEGER NULL;""",
            """ALTER TABLE leases ADD COLUMN "CardBytes" bigint NULL;"""),
    ];

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        var lease = modelBuilder.Entity<LeaseRow>();
        lease.ToTable("leases");
        lease.HasKey(row => row.LeaseId);
        lease.Property(row => row.State).HasConversion<string>();

        // The invariant that no bug of ours may break: a job never has two live hosts. Ending ones are counted apart.
        lease.HasIndex(row => row.JobId).IsUnique().HasFilter("\"State\" IN ('Requested', 'Active')").HasDatabaseName("one_live_lease_per_job");

        var money = modelBuilder.Entity<LedgerRow>();
        money.ToTable("ledger");
        money.HasKey(row => row.Id);
        money.Property(row => row.State).HasConversion<string>().IsConcurrencyToken();
        money.HasOne<LeaseRow>().WithMany().HasForeignKey(row => row.LeaseId);

        var host = modelBuilder.Entity<HostRow>();
        host.ToTable("hosts");
        host.HasKey(row => row.Name);
        host.Property(row => row.Version).IsConcurrencyToken();
        host.HasIndex(row => row.LeaseId).IsUnique();
        host.Ignore(row => row.Door);
        host.Ignore(row => row.Reference);
        host.Ignore(row => row.LastTest);
    }
}
