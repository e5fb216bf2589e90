using FineTunePipeline.Messaging.Data;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Conversion.Data;

/// <summary>The service's database: its stage runs.</summary>
internal sealed class ConversionDbContext(DbContextOptions<ConversionDbContext> options) : ServiceDbContext(options);
