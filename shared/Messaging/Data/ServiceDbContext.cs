using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Messaging.Data;

/// <summary>A service's database: its stage runs, and what the service adds. Nobody reads another service's database.</summary>
public abstract class ServiceDbContext(DbContextOptions options) : DbContext(options)
{
    public DbSet<StageRun> StageRuns => Set<StageRun>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        var run = modelBuilder.Entity<StageRun>();
        run.ToTable("stage_runs");
        run.HasKey(row => new { row.JobId, row.Stage, row.Attempt });
        run.Property(row => row.Stage).HasConversion<string>();
        run.Property(row => row.State).HasConversion<string>();

        // The claim's question: which rows of my stages are due?
        run.HasIndex(row => new { row.State, row.Stage, row.NextLookAt });
    }
}
