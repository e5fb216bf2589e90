using FineTunePipeline.Messaging.Data;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.UnitTests.Messaging;

/// <summary>A service's database with nothing but its stage runs.</summary>
internal sealed class StageTestDb(DbContextOptions<StageTestDb> options) : ServiceDbContext(options);
