using FineTunePipeline.Contracts.Convert;
using FineTunePipeline.Contracts.Deploy;
using FineTunePipeline.Contracts.Evaluate;
using FineTunePipeline.Contracts.Fetch;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Contracts.Validate;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>The command of each stage, made from what the job knows by then.</summary>
public sealed partial class FineTuneStateMachine
{
    private static Task SendCommandAsync(BehaviorContext<FineTuneSaga> context, Stage stage, int attempt)
    {
        var saga = context.Saga;
        return stage switch
        {
            Stage.Validate => SendAsync(context, stage, new ValidateJob { JobId = saga.JobId, Attempt = attempt, Spec = saga.Spec }),
            Stage.Fetch => SendAsync(context, stage, new FetchArtifacts { JobId = saga.JobId, Attempt = attempt, Spec = saga.Spec }),
            Stage.Provision => SendAsync(
                context,
                stage,
                new AcquireHost
                {
                    JobId = saga.JobId,
                    Attempt = attempt,
                    Provider = saga.Spec.Provider,
                    Budget = saga.Spec.Budget,
                    Deadline = saga.EndsAt,
                    MoreCardBytesThan = saga.MoreCardBytes,
                }),
            Stage.Prepare => SendAsync(
                context,
                stage,
                new PrepareHost
                {
                    JobId = saga.JobId,
                    Attempt = attempt,
                    LeaseId = Known(saga.LeaseId),
                    Host = Known(saga.Host),
                    Spec = saga.Spec,
                    Inputs = Known(saga.Inputs),
                    MoreCardBytesThan = saga.MoreCardBytes,
                }),
            Stage.Train => SendAsync(
                context,
                stage,
                new StartTraining
                {
                    JobId = saga.JobId,
                    Attempt = attempt,
                    Spec = TrainSpec(saga),
                    Inputs = Known(saga.Inputs),
                    Prepared = Known(saga.Prepared),
                    Deadline = saga.EndsAt,
                }),
            Stage.Evaluate => SendAsync(
                context,
                stage,
                new EvaluateModel
                {
                    JobId = saga.JobId,
                    Attempt = attempt,
                    Spec = saga.Spec,
                    Inputs = Known(saga.Inputs),
                    Prepared = Known(saga.Prepared),
                    Trained = Known(saga.Trained),
                }),
            Stage.Convert => SendAsync(
                context,
                stage,
                new ConvertModel
                {
                    JobId = saga.JobId,
                    Attempt = attempt,
                    Spec = saga.Spec,
                    Inputs = Known(saga.Inputs),
                    Prepared = Known(saga.Prepared),
                    Trained = Known(saga.Trained),
                }),
            Stage.Deploy => SendAsync(
                context, stage, new DeployModel { JobId = saga.JobId, Attempt = attempt, Spec = saga.Spec, Converted = Known(saga.Converted) }),
            _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "The saga begins this stage in another way."),
        };
    }

    private static T Known<T>(T? value)
        where T : class =>
        value ?? throw new InvalidOperationException($"The saga began a stage before it knew its {typeof(T).Name}.");
}
