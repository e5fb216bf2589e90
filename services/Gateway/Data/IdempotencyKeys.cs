using FineTunePipeline.Gateway.Jobs;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Gateway.Data;

/// <summary>Begins one job for each key, however often and however simultaneously the request comes.</summary>
internal sealed class IdempotencyKeys(IDbContextFactory<GatewayDbContext> databases, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <param name="begin">Begins the job and writes the key's row in the same transaction.</param>
    /// <returns>The key's job, begun now or before; null if the key stands for another body.</returns>
    public async Task<string?> OnceAsync(IdempotencyKey key, Func<Task<string>> begin, CancellationToken cancellationToken)
    {
        if (await FindAsync(key.Value, cancellationToken) is { } known)
        {
            return JobOf(known, key);
        }

        try
        {
            return await begin();
        }
        catch (DbUpdateException)
        {
            // The same request came twice at once and the other one was first; or the database is at fault.
            if (await FindAsync(key.Value, cancellationToken) is { } first)
            {
                return JobOf(first, key);
            }

            throw;
        }
    }

    private static string? JobOf(IdempotencyRow row, IdempotencyKey key) => row.BodySha256 == key.BodySha256 ? row.JobId : null;

    private async Task<IdempotencyRow?> FindAsync(string key, CancellationToken cancellationToken)
    {
        var expired = (time.GetUtcNow() - Lifetime).ToUnixTimeMilliseconds();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await database.IdempotencyKeys.Where(row => row.CreatedAtMs <= expired).ExecuteDeleteAsync(cancellationToken);
        return await database.IdempotencyKeys.AsNoTracking().SingleOrDefaultAsync(row => row.Key == key, cancellationToken);
    }
}
