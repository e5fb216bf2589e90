using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>
/// Pause goes the way of a cancel, with two differences: the stage that is ended keeps what it has reached, and the job rests instead of ending. To go on
/// is what follows a lost host: new attempts, from taking a host on.
/// </summary>
public sealed partial class FineTuneStateMachine
{
    private void PausePhase() => DuringAny(
        When(PauseRequested).ThenAsync(context => PauseAsync(context, $"Paused, {context.Message.Reason}. Go on: finetune resume {context.Saga.JobId}")),
        When(ResumeRequested).ThenAsync(context => ResumeAsync(context, context.Message.BudgetTotal)));

    /// <summary>Cancelling or pausing: what runs is being ended, and then the host goes.</summary>
    private bool IsEnding(FineTuneSaga saga) => saga.CurrentState == Cancelling.Name || saga.CurrentState == Pausing.Name;

    /// <param name="context">The event.</param>
    /// <param name="note">What the job says when it rests.</param>
    /// <param name="hasFailed">The stage at work has failed, so nothing of it is to be ended.</param>
    private async Task PauseAsync(BehaviorContext<FineTuneSaga> context, string note, bool hasFailed = false)
    {
        var saga = context.Saga;
        if (saga.CurrentState == Pausing.Name)
        {
            saga.GoesOn = false;
            return;
        }

        if (saga.CurrentState != Running.Name && saga.CurrentState != Waiting.Name)
        {
            return;
        }

        var running = saga.CurrentState == Running.Name && !hasFailed;
        (saga.PauseNote, saga.GoesOn, saga.NeedsPerson) = (note, false, false);
        (saga.CurrentState, saga.StageEnding) = (Pausing.Name, running);
        Note(saga, "pausing", note);
        await PublishChangeAsync(context, JobState.Running, saga.Stage == Stage.Train && running ? "Pausing: training ends with a checkpoint" : "Pausing");
        if (running)
        {
            await EndStageAsync(context, saga.JobId, saga.Stage, saga.Attempt(saga.Stage), keepProgress: true);
        }
        else
        {
            await StageHasEndedAsync(context);
        }
    }

    private async Task RestAsync(BehaviorContext<FineTuneSaga> context)
    {
        var saga = context.Saga;
        saga.CurrentState = Paused.Name;
        saga.PausedAt = _time.GetUtcNow();
        Note(saga, "paused");
        if (saga.GoesOn)
        {
            await GoOnAsync(context);
        }
        else
        {
            await PublishChangeAsync(context, JobState.Paused, saga.PauseNote ?? "Paused");
        }
    }

    private async Task ResumeAsync(BehaviorContext<FineTuneSaga> context, decimal? budgetTotal)
    {
        var saga = context.Saga;
        var waits = saga.CurrentState == Waiting.Name && saga.NeedsPerson;
        if (!waits && saga.CurrentState != Paused.Name && saga.CurrentState != Pausing.Name)
        {
            return;
        }

        if (budgetTotal is { } total && total != saga.Spec.Budget.Total)
        {
            saga.Spec = saga.Spec with { Budget = saga.Spec.Budget with { Total = total } };
            Note(saga, "budget", FormattableString.Invariant($"the job may cost {total} {saga.Spec.Budget.Currency} in all"));
        }

        if (waits)
        {
            await BeginAsync(context, NextStage(saga));
        }
        else if (saga.CurrentState == Paused.Name)
        {
            await GoOnAsync(context);
        }
        else if (!saga.GoesOn)
        {
            saga.GoesOn = true;
            await PublishChangeAsync(context, JobState.Running, "Pausing, and it goes on at once then");
        }
    }

    /// <summary>
    /// The job's time runs again, from where it stood. Its end of before is still scheduled: it finds that it is not the one that is waited for, or it came
    /// while the job was paused.
    /// </summary>
    private async Task GoOnAsync(BehaviorContext<FineTuneSaga> context)
    {
        var saga = context.Saga;
        var now = _time.GetUtcNow();
        if (saga.PausedAt is { } since && since < now)
        {
            saga.PausedFor += now - since;
        }

        (saga.PausedAt, saga.PauseNote, saga.GoesOn) = (null, null, false);
        saga.Retries = saga.Retries.Clear();
        Note(saga, "went_on");
        var left = saga.EndsAt - now ?? saga.Spec.Budget.Deadline;
        saga.DeadlineToken = await ScheduleAsync(context, left > TimeSpan.Zero ? left : TimeSpan.Zero, new DeadlineDue { JobId = saga.JobId });
        await BeginAsync(context, NextStage(saga));
    }
}
