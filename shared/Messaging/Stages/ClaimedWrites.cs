using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>Writes to a service's own tables by the holder of a claim: who lost it changes nothing.</summary>
public sealed class ClaimedWrites<TDb>
    where TDb : ServiceDbContext
{
    private readonly IDbContextFactory<TDb> _databases;
    private readonly WriteQueue<TDb> _writes;
    private readonly SqlDialect _dialect;

    internal ClaimedWrites(IDbContextFactory<TDb> databases, WriteQueue<TDb> writes, SqlDialect dialect) =>
        (_databases, _writes, _dialect) = (databases, writes, dialect);

    /// <summary>Runs <paramref name="change"/>, and saves, in one transaction that has seen that the claim is still ours; nobody can take it before the commit.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="stage">Its stage.</param>
    /// <param name="change">Changes rows.</param>
    /// <param name="cancellationToken">Ends the wait for the transaction.</param>
    /// <param name="wanted">Refuses also if the attempt is to be ended.</param>
    /// <exception cref="OperationCanceledException">The claim is no longer ours.</exception>
    public async Task<T> RunAsync<T>(
        StageContext claim, Stage stage, Func<TDb, Task<T>> change, CancellationToken cancellationToken, bool wanted = false)
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        return await _writes.RunAsync(
            database,
            async _ =>
            {
                var rows = await database.StageRuns.FromSqlRaw(_dialect.HoldStage, claim.JobId, stage.ToString(), claim.Attempt).AsNoTracking().ToListAsync(CancellationToken.None);
                if (rows is not [var row] || row.Fence != claim.Fence || (wanted && row.State != StageRunState.Open))
                {
                    throw new OperationCanceledException($"The claim of {claim.JobId} {stage} attempt {claim.Attempt} (fence {claim.Fence}) is gone.");
                }

                var result = await change(database);
                await database.SaveChangesAsync(CancellationToken.None);
                return result;
            },
            cancellationToken);
    }
}
