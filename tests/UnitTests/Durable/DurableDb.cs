using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Sagas;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.UnitTests.Durable;

/// <summary>A service's database with what the tests count: effects have no unique key, so a doubled one would show.</summary>
internal sealed class DurableDb(DbContextOptions<DurableDb> options) : ServiceDbContext(options)
{
    public DbSet<Note> Notes => Set<Note>();

    public DbSet<CountingSaga> Sagas => Set<CountingSaga>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.Entity<Note>().ToTable("notes");
        modelBuilder.Saga<CountingSaga>("sagas");
    }
}

/// <summary>An effect: a note written, or heard of.</summary>
internal sealed class Note
{
    public long Id { get; set; }

    public required string Kind { get; set; }

    public required string Text { get; set; }
}
