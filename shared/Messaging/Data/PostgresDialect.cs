using FineTunePipeline.Messaging.Schema;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace FineTunePipeline.Messaging.Data;

/// <summary>One database, a schema for each service.</summary>
internal sealed class PostgresDialect : SqlDialect
{
    /// <summary>Not <c>now()</c>, which stands still in a transaction.</summary>
    public override string Now => "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS bigint)";

    public override bool OneWriter => false;

    public override string TablesExist => "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'stage_runs'";

    protected override string SkipLocked => "FOR UPDATE SKIP LOCKED";

    protected override string ForUpdate => "FOR UPDATE";

    protected override string Greatest => "GREATEST";

    public override void Use(DbContextOptionsBuilder builder, DatabaseOptions options, string service)
    {
        var connection = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            SearchPath = service,
            ApplicationName = $"finetune {service}",

            // The same few statements again and again; parsing and planning them is half their cost.
            MaxAutoPrepare = 64,
        };
        builder.UseNpgsql(connection.ConnectionString);
    }

    public override Task PrepareAsync(ServiceDbContext database, CancellationToken cancellationToken) => Task.CompletedTask;

    public override Task<IDbContextTransaction> BeginWriteAsync(DbContext database, CancellationToken cancellationToken) =>
        database.Database.BeginTransactionAsync(cancellationToken);

    /// <summary>First the lock: of two that made the schema at once, one would fail.</summary>
    public override async Task LockSchemaAsync(DbContext database, CancellationToken cancellationToken)
    {
        await ExecuteAsync(database, "SELECT pg_advisory_xact_lock(hashtextextended('finetune schema', 0))", cancellationToken);
        var schema = new NpgsqlConnectionStringBuilder(database.Database.GetConnectionString()).SearchPath;
        await ExecuteAsync(database, $"CREATE SCHEMA IF NOT EXISTS \"{schema}\"", cancellationToken);
    }

    public override string NameOf(DbContext database) =>
        $"{database.Database.GetDbConnection().Database} on {database.Database.GetDbConnection().DataSource}";

    public override Task LockStageAsync(WriteSession session, string jobId, string stage) =>
        session.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || @p0 || @p1, 0))", jobId, stage);

    public override string Sql(SchemaStep step) => step.Postgres
        ?? throw new InvalidOperationException($"The step '{step.Name}' is older than any PostgreSQL database of this program: this one was not made by it.");

    public override DatabaseUnusableException? Unusable(DbContext database, Exception exception) =>
        exception is NpgsqlException postgres ? DatabaseUnusableException.Of(database, postgres) : null;
}
