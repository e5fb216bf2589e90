using FineTunePipeline.Messaging.Data;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Evaluation.Data;

/// <summary>The service's database: its stage runs.</summary>
internal sealed class EvaluationDbContext(DbContextOptions<EvaluationDbContext> options) : ServiceDbContext(options);
