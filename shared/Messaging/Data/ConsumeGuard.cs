using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace FineTunePipeline.Messaging.Data;

/// <summary>Throws when a consumer writes around the change tracker (ExecuteUpdate, ExecuteDelete, raw SQL) on its service's context.</summary>
internal sealed class ConsumeGuard : DbCommandInterceptor
{
    public override InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result)
    {
        (eventData.Context as ServiceDbContext)?.ThrowIfClosed();
        return result;
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        (eventData.Context as ServiceDbContext)?.ThrowIfClosed();
        return ValueTask.FromResult(result);
    }
}
