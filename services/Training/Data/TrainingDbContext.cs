using FineTunePipeline.Messaging.Data;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Training.Data;

/// <summary>The service's database: its stage runs and the committed checkpoints.</summary>
internal sealed class TrainingDbContext(DbContextOptions<TrainingDbContext> options) : ServiceDbContext(options)
{
    public DbSet<CheckpointRow> Checkpoints => Set<CheckpointRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        var checkpoint = modelBuilder.Entity<CheckpointRow>();
        checkpoint.ToTable("checkpoints");
        checkpoint.HasKey(row => new { row.JobId, row.Step });
    }
}
