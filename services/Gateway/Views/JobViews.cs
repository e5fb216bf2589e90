using FineTunePipeline.Gateway.Data;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Gateway.Views;

/// <summary>Reads the views.</summary>
internal sealed class JobViews(IDbContextFactory<GatewayDbContext> databases)
{
    public async Task<JobRow?> FindAsync(string jobId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Jobs.AsNoTracking().SingleOrDefaultAsync(row => row.JobId == jobId, cancellationToken);
    }

    /// <summary>Newest first; <paramref name="before"/> is the last id of the page before.</summary>
    public async Task<IReadOnlyList<JobRow>> ListAsync(string? before, int limit, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var rows = database.Jobs.AsNoTracking().Where(row => !row.PlanOnly);
        if (before is not null)
        {
            rows = rows.Where(row => string.Compare(row.JobId, before) < 0);
        }

        return await rows.OrderByDescending(row => row.JobId).Take(limit).ToListAsync(cancellationToken);
    }

    /// <summary>The readings of a job's training, in the order in which they came.</summary>
    public async Task<IReadOnlyList<string>> ProgressAsync(string jobId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Events.AsNoTracking()
            .Where(row => row.JobId == jobId && row.Type == "progress").OrderBy(row => row.Sequence).Select(row => row.Data).ToListAsync(cancellationToken);
    }

    /// <summary>Events after a number, oldest first.</summary>
    public async Task<IReadOnlyList<EventRow>> EventsAsync(string jobId, long after, int limit, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Events.AsNoTracking()
            .Where(row => row.JobId == jobId && row.Sequence > after).OrderBy(row => row.Sequence).Take(limit).ToListAsync(cancellationToken);
    }
}
