using FineTunePipeline.Messaging.Data;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Provisioning.Data;

/// <summary>The service's database: its stage runs, leases and money.</summary>
internal sealed class ProvisioningDbContext(DbContextOptions<ProvisioningDbContext> options) : ServiceDbContext(options)
{
    public DbSet<LeaseRow> Leases => Set<LeaseRow>();

    public DbSet<LedgerRow> Ledger => Set<LedgerRow>();

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
        money.Property(row => row.State).HasConversion<string>();
        money.HasOne<LeaseRow>().WithMany().HasForeignKey(row => row.LeaseId);
    }
}
