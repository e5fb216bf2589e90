using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Release;
using FineTunePipeline.Contracts.Stages;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>What all phases use.</summary>
public sealed partial class FineTuneStateMachine
{
    /// <summary>Is this event of the attempt that the job waits for?</summary>
    private bool IsCurrent<T>(BehaviorContext<FineTuneSaga, T> context, Stage stage)
        where T : class, IStageEvent =>
        context.Saga.CurrentState == Running.Name && context.Saga.Stage == stage && context.Saga.Attempt(stage) == context.Message.Attempt;

    private EventActivityBinder<FineTuneSaga, T> IgnoreStale<T>(EventActivityBinder<FineTuneSaga, T> binder)
        where T : class, IStageEvent =>
        binder.Then(context => _logger.StaleEvent(context.Saga.JobId, typeof(T).Name, context.Message.Attempt, context.Saga.CurrentState, context.Saga.Stage));

    /// <summary>A stage ended well: note it, and forget the retries it took.</summary>
    private void Succeed(FineTuneSaga saga, Stage stage, ArtifactReference statement)
    {
        Note(saga, stage, "succeeded", statement: statement);
        saga.Retries = saga.Retries.Clear();
    }

    private void Note(FineTuneSaga saga, Stage stage, string what, string? detail = null, ArtifactReference? statement = null) =>
        Note(saga, new JobMoment(_time.GetUtcNow(), stage.ToString().ToLowerInvariant(), saga.Attempt(stage), what, detail, statement));

    private void Note(FineTuneSaga saga, string what, string? detail = null) => Note(saga, new JobMoment(_time.GetUtcNow(), "job", 0, what, detail));

    private static void Note(FineTuneSaga saga, JobMoment moment) => saga.Moments = saga.Moments.Add(moment);

    /// <summary>Sends the command of the next attempt of a stage and tells the views.</summary>
    private async Task BeginAsync(BehaviorContext<FineTuneSaga> context, Stage stage)
    {
        var saga = context.Saga;
        var attempt = saga.Begin(stage);
        saga.CurrentState = Running.Name;
        saga.NeedsPerson = false;
        Note(saga, stage, "begun");
        await SendCommandAsync(context, stage, attempt);
        var again = attempt > 1 ? $" (attempt {attempt})" : "";
        await PublishChangeAsync(context, JobState.Running, $"{Doing(stage)}{again}");
    }

    /// <summary>Tells the job something later. Returns the token by which the saga knows it as the one that it waits for.</summary>
    private static async Task<Guid> ScheduleAsync<T>(BehaviorContext<FineTuneSaga> context, TimeSpan wait, T message)
        where T : class
    {
        var scheduled = await context.ScheduleSend(context.ReceiveContext.InputAddress, wait, message, context.CancellationToken);
        return scheduled.TokenId;
    }

    private async Task PublishChangeAsync(BehaviorContext<FineTuneSaga> context, JobState state, string message)
    {
        var saga = context.Saga;
        saga.ChangedAt = _time.GetUtcNow();
        var change = new JobChanged
        {
            JobId = saga.JobId,
            Version = ++saga.ChangeVersion,
            State = state,
            Stage = saga.Stage,
            Attempt = saga.Attempt(saga.Stage),
            Message = message,
            Failure = saga.Failure,
            Result = saga.Result,
            At = saga.ChangedAt,
        };
        await context.Publish(change, context.CancellationToken);
    }

    private async Task ReleaseAsync(BehaviorContext<FineTuneSaga> context, string reason)
    {
        var saga = context.Saga;
        if (saga.LeaseId is null || saga.Releasing)
        {
            return;
        }

        saga.Releasing = true;
        saga.Attempts = saga.Attempts.SetItem(Stage.Release, saga.LeaseAttempt);
        Note(saga, Stage.Release, "begun", reason);
        await SendReleaseAsync(context, reason);
    }

    private static Task SendReleaseAsync(BehaviorContext<FineTuneSaga> context, string reason)
    {
        var saga = context.Saga;
        return SendAsync(
            context, Stage.Release, new ReleaseHost { JobId = saga.JobId, Attempt = saga.LeaseAttempt, LeaseId = Known(saga.LeaseId), Reason = reason });
    }

    private static string Doing(Stage stage) => stage switch
    {
        Stage.Validate => "Checking the job",
        Stage.Fetch => "Fetching model and data",
        Stage.Provision => "Taking a host",
        Stage.Prepare => "Testing and filling the host",
        Stage.Train => "Training",
        Stage.Evaluate => "Comparing before and after",
        Stage.Convert => "Merging and converting to GGUF",
        Stage.Deploy => "Deploying",
        _ => "Releasing the host",
    };
}
