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

/// <summary>Stages as true stage runs whose work is nothing.</summary>
/// <param name="stages">Those that it plays.</param>
internal sealed class IdleStagesModule(params Stage[] stages) : IServiceModule
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
        Add<IdleValidate, IdleValidateDefinition>(bus, Stage.Validate);
        Add<IdleFetch, IdleFetchDefinition>(bus, Stage.Fetch);
        Add<IdleProvision, IdleProvisionDefinition>(bus, Stage.Provision);
        Add<IdlePrepare, IdlePrepareDefinition>(bus, Stage.Prepare);
        Add<IdleTrain, IdleTrainDefinition>(bus, Stage.Train);
        Add<IdleEvaluate, IdleEvaluateDefinition>(bus, Stage.Evaluate);
        Add<IdleConvert, IdleConvertDefinition>(bus, Stage.Convert);
        Add<IdleRelease, IdleReleaseDefinition>(bus, Stage.Release);
    }

    private void Add<TCommand>(IServiceCollection services, Stage stage)
        where TCommand : class, IStageCommand
    {
        if (stages.Contains(stage))
        {
            services.AddStage<TCommand, IdleRunner<TCommand>, IdleDb>(stage, Concurrency);
        }
    }

    private void Add<TConsumer, TDefinition>(IBusRegistrationConfigurator bus, Stage stage)
        where TConsumer : class, IConsumer
        where TDefinition : class, IConsumerDefinition<TConsumer>
    {
        if (stages.Contains(stage))
        {
            bus.AddConsumer<TConsumer, TDefinition>();
        }
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
