using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Messaging.Schema;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Messaging.Data;

/// <summary>A service's database: its stage runs, inbox and outbox, and what the service adds. Nobody reads another service's database.</summary>
public abstract class ServiceDbContext(DbContextOptions options) : DbContext(options)
{
    public DbSet<StageRun> StageRuns => Set<StageRun>();

    /// <summary>Changes of the service's own tables since they were first released, oldest first. A new one is added at the end, with the model's change.</summary>
    protected internal virtual IReadOnlyList<SchemaStep> SchemaSteps => [];

    /// <summary>Messages that leave with the context's changes.</summary>
    internal List<OutboxRow> Outgoing { get; } = [];

    /// <summary>True within a consume, whose changes are written in one flush at its end: a consumer that saves by itself would tear them from its messages.</summary>
    internal bool ClosedForWrites { get; private set; }

    public override int SaveChanges(bool acceptAllChangesOnSuccess)
    {
        ThrowIfClosed();
        return base.SaveChanges(acceptAllChangesOnSuccess);
    }

    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        return base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    /// <summary>Contexts are used again: what EF Core does not know of them ends here.</summary>
    public override void Dispose()
    {
        Outgoing.Clear();
        base.Dispose();
    }

    public override ValueTask DisposeAsync()
    {
        Outgoing.Clear();
        return base.DisposeAsync();
    }

    internal IDisposable CloseForWrites() => new WriteSwitch(this, closed: true);

    internal IDisposable OpenForWrites() => new WriteSwitch(this, closed: false);

    internal void ThrowIfClosed()
    {
        if (ClosedForWrites)
        {
            throw new InvalidOperationException(
                "A consumer must not write to its service's context by itself (SaveChanges, ExecuteUpdate, ExecuteDelete): its changes, its inbox row and its messages are "
                + "one transaction, written when the consume ends. Change tracked entities, and leave the rest to the outbox.");
        }
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        var run = modelBuilder.Entity<StageRun>();
        run.ToTable("stage_runs");
        run.HasKey(row => new { row.JobId, row.Stage, row.Attempt });
        run.Property(row => row.Stage).HasConversion<string>();

        // A consume reads a row long before it writes it; a runner that claimed or finished it meanwhile must not be overwritten.
        run.Property(row => row.State).HasConversion<string>().IsConcurrencyToken();
        run.Property(row => row.Fence).IsConcurrencyToken();

        // The claim's question: which rows of my stages are due?
        run.HasIndex(row => new { row.State, row.Stage, row.NextLookAt });

        OutboxModel.Add(modelBuilder);
    }

    private sealed class WriteSwitch : IDisposable
    {
        private readonly ServiceDbContext _database;
        private readonly bool _before;

        public WriteSwitch(ServiceDbContext database, bool closed)
        {
            (_database, _before) = (database, database.ClosedForWrites);
            database.ClosedForWrites = closed;
        }

        public void Dispose() => _database.ClosedForWrites = _before;
    }
}
