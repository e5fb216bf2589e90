using FineTunePipeline.Messaging.Data;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Saga;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FineTunePipeline.Messaging.Sagas;

/// <summary>Chooses where a saga is kept.</summary>
public static class SagaRegistration
{
    /// <summary>Keeps the saga in its service's database, mapped by <see cref="SagaModel.Saga{TSaga}"/>. Its endpoint needs <c>UseServiceOutbox</c>.</summary>
    public static ISagaRegistrationConfigurator<TSaga> InServiceDatabase<TSaga, TDb>(this ISagaRegistrationConfigurator<TSaga> saga)
        where TSaga : class, ISagaVersion
        where TDb : ServiceDbContext
    {
        saga.Repository(repository =>
        {
            repository.TryAddSingleton<SagaQuery<TSaga, TDb>>();
            repository.TryAddSingleton<SagaUpdate<TSaga, TDb>>();
            repository.RegisterLoadSagaRepository<TSaga, SagaRepositoryFactory<TSaga, TDb>>();
            repository.RegisterQuerySagaRepository<TSaga, SagaRepositoryFactory<TSaga, TDb>>();
            repository.RegisterSagaRepository<TSaga, TDb, SagaConsumeContextFactory<TDb, TSaga>, SagaRepositoryFactory<TSaga, TDb>>();
        });
        return saga;
    }
}
