using FineTunePipeline.Messaging.Data;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Deployment.Data;

/// <summary>The service's database: its stage runs and the model servers it keeps.</summary>
internal sealed class DeploymentDbContext(DbContextOptions<DeploymentDbContext> options) : ServiceDbContext(options)
{
    public DbSet<ServedModel> ServedModels => Set<ServedModel>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        var served = modelBuilder.Entity<ServedModel>();
        served.ToTable("served_models");
        served.HasKey(row => row.JobId);
        served.Property(row => row.State).HasConversion<string>();
    }
}
