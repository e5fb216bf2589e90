using FineTunePipeline.Messaging.Data;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Artifacts.Data;

/// <summary>The service's database: its stage runs.</summary>
internal sealed class ArtifactsDbContext(DbContextOptions<ArtifactsDbContext> options) : ServiceDbContext(options);
