using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Deployment.Data;

/// <summary>The questions and writes on <c>served_models</c>.</summary>
internal sealed class ServedModelTable(IDbContextFactory<DeploymentDbContext> databases)
{
    public async Task<ServedModel?> FindAsync(string jobId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.ServedModels.AsNoTracking().FirstOrDefaultAsync(row => row.JobId == jobId, cancellationToken);
    }

    public async Task<IReadOnlyList<ServedModel>> OfMachineAsync(string machineId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.ServedModels.AsNoTracking().Where(row => row.MachineId == machineId).ToListAsync(cancellationToken);
    }

    /// <summary>Adds the row; false if the job has one already.</summary>
    public async Task<bool> AddAsync(ServedModel row, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        database.ServedModels.Add(row);
        try
        {
            await database.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException) when (!cancellationToken.IsCancellationRequested)
        {
            // The key is taken, unless the database is broken; then the question fails too.
            if (await database.ServedModels.AsNoTracking().AnyAsync(other => other.JobId == row.JobId, cancellationToken))
            {
                return false;
            }

            throw;
        }
    }

    /// <summary>Writes the row if nobody has written it since <paramref name="seen"/> was read; false if somebody has.</summary>
    public async Task<bool> ReplaceAsync(ServedModel seen, ServedModel row, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var changed = await database.ServedModels
            .Where(stored => stored.JobId == seen.JobId && stored.Generation == seen.Generation && stored.State == seen.State)
            .ExecuteUpdateAsync(
                update => update
                    .SetProperty(stored => stored.Attempt, row.Attempt)
                    .SetProperty(stored => stored.Generation, row.Generation)
                    .SetProperty(stored => stored.State, row.State)
                    .SetProperty(stored => stored.ModelName, row.ModelName)
                    .SetProperty(stored => stored.Sha256, row.Sha256)
                    .SetProperty(stored => stored.Port, row.Port)
                    .SetProperty(stored => stored.MachineId, row.MachineId)
                    .SetProperty(stored => stored.Failures, row.Failures)
                    .SetProperty(stored => stored.NotBefore, row.NotBefore),
                cancellationToken);
        return changed == 1;
    }
}
