using FineTunePipeline.Contracts.Convert;
using FineTunePipeline.Contracts.Evaluate;
using FineTunePipeline.Contracts.Fetch;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Release;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Contracts.Validate;
using FineTunePipeline.Messaging;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.TestKit.Stages;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FineTunePipeline.Benchmarks.Saga;

/// <summary>Seven stages, and the release that runs beside them, as true stage runs whose work is nothing.</summary>
internal sealed class IdleStagesModule : IServiceModule
{
    /// <summary>Attempts of one stage at once.</summary>
    private const int Concurrency = 32;

    public string Name => "stages";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddServiceDatabase<IdleDb>(Name);
        Add<ValidateJob>(services, Stage.Validate);
        Add<FetchArtifacts>(services, Stage.Fetch);
        Add<AcquireHost>(services, Stage.Provision);
        Add<PrepareHost>(services, Stage.Prepare);
        Add<StartTraining>(services, Stage.Train);
        Add<EvaluateModel>(services, Stage.Evaluate);
        Add<ConvertModel>(services, Stage.Convert);
        Add<ReleaseHost>(services, Stage.Release);
    }

    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<IdleValidate, IdleValidateDefinition>();
        bus.AddConsumer<IdleFetch, IdleFetchDefinition>();
        bus.AddConsumer<IdleProvision, IdleProvisionDefinition>();
        bus.AddConsumer<IdlePrepare, IdlePrepareDefinition>();
        bus.AddConsumer<IdleTrain, IdleTrainDefinition>();
        bus.AddConsumer<IdleEvaluate, IdleEvaluateDefinition>();
        bus.AddConsumer<IdleConvert, IdleConvertDefinition>();
        bus.AddConsumer<IdleRelease, IdleReleaseDefinition>();
    }

    private static void Add<TCommand>(IServiceCollection services, Stage stage)
        where TCommand : class, IStageCommand
    {
        services.AddStage<TCommand, IdleRunner<TCommand>, IdleDb>(stage, Concurrency);
    }
}

internal sealed class IdleDb(DbContextOptions<IdleDb> options) : ServiceDbContext(options);

internal sealed class IdleRunner<TCommand> : IStageRunner<TCommand>
    where TCommand : class, IStageCommand
{
    public Task<IStageEvent> RunAsync(TCommand command, StageContext context, CancellationToken cancellationToken) =>
        Task.FromResult(SampleEvents.Success(command.JobId, StageOf(command), command.Attempt, command is ReleaseHost release ? release.LeaseId : "lease-1"));

    public Task CancelAsync(TCommand command, StageContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    private static Stage StageOf(TCommand command) => command switch
    {
        ValidateJob => Stage.Validate,
        FetchArtifacts => Stage.Fetch,
        AcquireHost => Stage.Provision,
        PrepareHost => Stage.Prepare,
        StartTraining => Stage.Train,
        EvaluateModel => Stage.Evaluate,
        ConvertModel => Stage.Convert,
        _ => Stage.Release,
    };
}
