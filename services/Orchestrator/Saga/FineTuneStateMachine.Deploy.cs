using FineTunePipeline.Contracts.Stages;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>Deployed: the model answered.</summary>
public sealed partial class FineTuneStateMachine
{
    private void DeployPhase() => DuringAny(
        When(Deployed).IfElse(
            context => IsCurrent(context, Stage.Deploy),
            current => current
                .Then(context =>
                {
                    context.Saga.Result = context.Saga.Result with { Endpoint = context.Message.Endpoint, ModelName = context.Message.ModelName };
                    Succeed(context.Saga, Stage.Deploy, context.Message.Statement);
                })
                .ThenAsync(FinishAsync),
            stale => stale.ThenAsync(EndUnlessDeployedAsync)));

    /// <summary>A model server that nobody waits for any more is stopped, unless it is the job's own and this is news told twice.</summary>
    private async Task EndUnlessDeployedAsync(BehaviorContext<FineTuneSaga, Contracts.Deploy.ModelDeployed> context)
    {
        var saga = context.Saga;
        var own = saga.Result.ModelName is not null && saga.Attempt(Stage.Deploy) == context.Message.Attempt;
        if (!own)
        {
            await EndStageAsync(context, saga.JobId, Stage.Deploy, context.Message.Attempt);
        }
    }
}
