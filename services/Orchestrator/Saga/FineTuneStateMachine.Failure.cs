using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>A stage failed: the kind of the failure, and nothing else, decides what happens next.</summary>
public sealed partial class FineTuneStateMachine
{
    private void FailurePhase()
    {
        DuringAny(
            When(StageBroke).IfElse(
                context => context.Message.Stage == Stage.Release,
                release => release.ThenAsync(ReleaseAgainAsync),
                other => other.IfElse(
                    context => IsCurrent(context, context.Message.Stage),
                    current => current.ThenAsync(context => DecideAsync(context, context.Message.Failure)),
                    IgnoreStale)),
            When(Retry.Received).ThenAsync(WaitIsOverAsync));
    }

    /// <summary>The next attempt begins; at the job's end, the account is written without the release that it waited for.</summary>
    private Task WaitIsOverAsync(BehaviorContext<FineTuneSaga> context) => context.Saga.CurrentState switch
    {
        nameof(Waiting) => BeginAsync(context, NextStage(context.Saga)),
        nameof(Finishing) => WriteProvenanceAsync(context),
        _ => Task.CompletedTask,
    };

    /// <summary>A command that the bus could not deliver to its consumer, after its retries: a fault of ours.</summary>
    private void CorrelateFault<TCommand>()
        where TCommand : class, IStageCommand
    {
        var fault = Event<Fault<TCommand>>(typeof(TCommand).Name + "Fault", correlate =>
        {
            correlate.CorrelateById(context => JobId.ToGuid(context.Message.Message.JobId));
            correlate.OnMissingInstance(missing => missing.Discard());
        });
        DuringAny(
            When(fault).If(
                context => context.Saga.CurrentState == Running.Name && context.Saga.Attempt(context.Saga.Stage) == context.Message.Message.Attempt,
                current => current.ThenAsync(context =>
                {
                    var text = $"{typeof(TCommand).Name} could not be taken in: {Exceptions(context.Message)}";
                    return FailAsync(context, new Failure("not_delivered", text, FailureKind.Internal));
                })));
    }

    private static string Exceptions(Fault fault) => string.Join("; ", fault.Exceptions.Select(exception => $"{exception.ExceptionType}: {exception.Message}"));

    private async Task DecideAsync(BehaviorContext<FineTuneSaga> context, Failure failure)
    {
        var saga = context.Saga;
        Note(saga, saga.Stage, "failed", $"{failure.Code}: {failure.Message}");
        if (failure is { Kind: FailureKind.Budget, NeedsPerson: true })
        {
            await PauseAsync(context, failure.Message, hasFailed: true);
            return;
        }

        if (failure.Kind == FailureKind.OutOfMemory && saga.Stage == Stage.Train)
        {
            await RelieveAsync(context, failure);
            return;
        }

        failure = ForLargerHost(saga, failure);
        var used = saga.Retries.GetValueOrDefault(failure.Kind);
        if (RetryPolicy.NextWait(failure.Kind, used, Random.Shared.NextDouble()) is not { } wait)
        {
            var tried = used > 0 ? $"{Doing(saga.Stage)} was tried {saga.Attempt(saga.Stage)} times: " : "";
            await FailAsync(context, failure with { Message = tried + failure.Message });
            return;
        }

        saga.Retries = saga.Retries.SetItem(failure.Kind, used + 1);
        if (failure.Kind == FailureKind.HostLost)
        {
            await GiveUpHostAsync(context, failure.Message);
        }

        saga.NeedsPerson = failure.NeedsPerson;
        var next = failure.Kind == FailureKind.HostLost ? "another host is taken" : $"again in {wait.TotalSeconds:0} s";
        await WaitAsync(context, wait, failure.NeedsPerson ? failure.Message : $"{Doing(saga.Stage)} failed ({failure.Message}); {next}");
    }

    private async Task WaitAsync(BehaviorContext<FineTuneSaga> context, TimeSpan wait, string message)
    {
        var saga = context.Saga;
        saga.CurrentState = Waiting.Name;
        saga.RetryToken = await ScheduleAsync(context, wait, new RetryDue { JobId = saga.JobId });
        await PublishChangeAsync(context, ViewState(saga), message);
    }

    /// <summary>A host that is lost or on its way out means a new one; any other failure is tried where it happened.</summary>
    private static Stage NextStage(FineTuneSaga saga) =>
        (saga.LeaseId is null || saga.Releasing) && saga.Stage is Stage.Prepare or Stage.Train or Stage.Evaluate or Stage.Convert ? Stage.Provision : saga.Stage;

    private async Task FailAsync(BehaviorContext<FineTuneSaga> context, Failure failure)
    {
        var saga = context.Saga;
        saga.Failure = failure;
        saga.CurrentState = Failed.Name;
        Note(saga, "failed", failure.Code);
        await ReleaseAsync(context, "the job failed");
        await WriteProvenanceAsync(context);
        await PublishChangeAsync(context, JobState.Failed, failure.Message);
    }

    /// <summary>A release is never given up: what is not released is billed.</summary>
    private async Task ReleaseAgainAsync(BehaviorContext<FineTuneSaga, StageFailed> context)
    {
        var saga = context.Saga;
        if (saga.LeaseId is null || saga.LeaseAttempt != context.Message.Attempt)
        {
            // Of a host that is lost, which was told: the job has another one, or none.
            _logger.LostNotReleased(saga.JobId, context.Message.Attempt, context.Message.Failure.Message);
            return;
        }

        _logger.ReleaseFailed(saga.JobId, saga.LeaseId, context.Message.Failure.Message);

        // It is told at each try: once is enough for the account.
        if (saga.Moments.LastOrDefault()?.Detail != context.Message.Failure.Message)
        {
            Note(saga, Stage.Release, "failed", context.Message.Failure.Message);
        }

        await PublishChangeAsync(context, ViewState(saga), $"ALARM: the host {saga.LeaseId} could not be released and may still cost money: {context.Message.Failure.Message}");
    }
}
