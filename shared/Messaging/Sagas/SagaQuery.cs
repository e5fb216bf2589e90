using FineTunePipeline.Messaging.Data;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Messaging.Sagas;

/// <summary>The question of every consume for its saga, compiled once. One for each service provider: EF Core binds it to the first model that asks.</summary>
internal sealed class SagaQuery<TSaga, TDb>
    where TSaga : class, ISagaVersion
    where TDb : ServiceDbContext
{
    private readonly Func<TDb, Guid, CancellationToken, Task<TSaga?>> _find = EF.CompileAsyncQuery(
        (TDb database, Guid id, CancellationToken _) => database.Set<TSaga>().AsNoTracking().SingleOrDefault(saga => saga.CorrelationId == id));

    /// <summary>The saga, which <see cref="SagaUpdate{TSaga,TDb}"/> writes; null if there is none.</summary>
    public Task<TSaga?> FindAsync(TDb database, Guid id, CancellationToken cancellationToken) => _find(database, id, cancellationToken);
}
