using FineTunePipeline.Contracts.Stages;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>
/// A message that went with a broker's disk, or lies in a broker that is used no more, must not leave a job waiting or a host billed: what the job waits for
/// is asked for again. Asking is harmless: a stage knows the attempt, goes on with it, or tells its outcome once more.
/// </summary>
public sealed partial class FineTuneStateMachine
{
    private void SilencePhase() => DuringAny(When(Silent).ThenAsync(AskAgainAsync));

    private async Task AskAgainAsync(BehaviorContext<FineTuneSaga> context)
    {
        var saga = context.Saga;
        if (saga.Releasing && saga.LeaseId is not null)
        {
            await SendReleaseAsync(context, "its release was not heard of");
        }

        switch (saga.CurrentState)
        {
            case nameof(Running):
                await SendCommandAsync(context, saga.Stage, saga.Attempt(saga.Stage));
                break;
            case nameof(Cancelling) or nameof(Pausing) when saga.StageEnding:
                await EndStageAsync(context, saga.JobId, saga.Stage, saga.Attempt(saga.Stage), keepProgress: saga.CurrentState == Pausing.Name);
                break;
            case nameof(Waiting) when IsLeaving(saga):
                // A larger host is taken when this one is gone.
                break;
            default:
                await WaitIsOverAsync(context);
                break;
        }
    }
}
