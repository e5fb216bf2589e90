using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Orchestrator.Provenance;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>
/// The end: provenance first, then the good news. A host on its way out is waited for, so that the account has what it cost, but not for long: a slow
/// release does not hold the job back, and is noted when it comes.
/// </summary>
public sealed partial class FineTuneStateMachine
{
    private static readonly TimeSpan ReleaseWait = TimeSpan.FromSeconds(10);

    private void FinishPhase() => DuringAny(
        When(ProvenanceLost).If(
            context => context.Saga.CurrentState == Finishing.Name,
            finishing => finishing.ThenAsync(context => FailAsync(
                context,
                new Failure(
                    "provenance_unwritten",
                    $"All stages are done and their files are kept, but the provenance could not be written: {Exceptions(context.Message)}",
                    FailureKind.Internal)))),
        When(ProvenanceStored)
            .Then(context =>
            {
                var file = new ResultFile("provenance", "provenance.json", context.Message.Provenance);
                context.Saga.Result = context.Saga.Result with
                {
                    Provenance = context.Message.Provenance,
                    Files = [.. context.Saga.Result.Files.Where(known => known.Kind != file.Kind), file],
                };
            })
            .IfElse(
                context => context.Saga.CurrentState == Finishing.Name,
                finishing => finishing
                    .Unschedule(Deadline)
                    .TransitionTo(Succeeded)
                    .ThenAsync(context => PublishChangeAsync(context, JobState.Succeeded, FinalMessage(context.Saga))),
                again => again.ThenAsync(context => PublishChangeAsync(context, ViewState(context.Saga), FinalMessage(context.Saga))))

            // The host's release, and with it what it cost, was told while the account was being written.
            .If(
                context => IsFinal(context.Saga) && context.Message.Moments < context.Saga.Moments.Count,
                stale => stale.ThenAsync(WriteProvenanceAsync)));

    private async Task FinishAsync(BehaviorContext<FineTuneSaga> context)
    {
        context.Saga.CurrentState = Finishing.Name;
        if (context.Saga.Releasing)
        {
            context.Saga.RetryToken = await ScheduleAsync(context, ReleaseWait, new RetryDue { JobId = context.Saga.JobId });
            await PublishChangeAsync(context, JobState.Running, "Releasing the host");
        }
        else
        {
            await WriteProvenanceAsync(context);
            await PublishChangeAsync(context, JobState.Running, "Writing the provenance");
        }
    }

    private async Task WriteProvenanceAsync(BehaviorContext<FineTuneSaga> context)
    {
        var saga = context.Saga;
        await context.Publish(
            new WriteProvenance
            {
                JobId = saga.JobId,
                State = saga.CurrentState == Finishing.Name ? JobState.Succeeded : ViewState(saga),
                Spec = saga.Spec,
                SubmittedAt = saga.SubmittedAt,
                Inputs = saga.Inputs,
                TrainedWith = saga.TrainWith,
                Result = saga.Result,
                Failure = saga.Failure,
                Moments = [.. saga.Moments],
            },
            context.CancellationToken);
    }

    /// <summary>What a job that has ended says of itself, whatever is still noted after its end.</summary>
    private string FinalMessage(FineTuneSaga saga) => saga.CurrentState switch
    {
        nameof(Succeeded) => "Done",
        nameof(Cancelled) => $"Cancelled: {saga.CancelReason}",
        _ => saga.Failure?.Message ?? "Provenance written",
    };

    private JobState ViewState(FineTuneSaga saga) => saga.CurrentState switch
    {
        nameof(Succeeded) => JobState.Succeeded,
        nameof(Failed) => JobState.Failed,
        nameof(Cancelled) => JobState.Cancelled,
        nameof(Cancelling) => JobState.Cancelling,
        nameof(Paused) => JobState.Paused,
        nameof(Waiting) when saga.NeedsPerson => JobState.WaitingForYou,
        _ => JobState.Running,
    };
}
