using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Hosts;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Training.Checkpoints;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Training.Watching;

/// <summary>Looks at a training run until it ends: tells progress, commits checkpoints, and stops a run that makes none or learns nothing.</summary>
internal sealed class TrainingWatch(CheckpointArchive archive, IOptions<TrainingOptions> options, TimeProvider time, ILogger<TrainingWatch> logger)
{
    /// <summary>
    /// Entered again after a crash it reads the log from the beginning and goes on after the last checkpoint that this attempt committed; ending to look
    /// (cancellation) leaves the run alone.
    /// </summary>
    public async Task<WatchedRun> ToEndAsync(
        StartTraining command, StageContext context, IComputeHost host, TrainingFolders folders, TrainingHandle handle, CancellationToken cancellationToken)
    {
        var committed = await archive.CommittedByAsync(context, cancellationToken);
        return await new Session(this, command, context, host, folders, handle, committed).ToEndAsync(cancellationToken);
    }

    /// <summary>One watched run.</summary>
    private sealed class Session(
        TrainingWatch watch, StartTraining command, StageContext context, IComputeHost host, TrainingFolders folders, TrainingHandle handle, IReadOnlyList<int> committed)
    {
        /// <summary>After a checkpoint that could not be stored, the next try waits.</summary>
        private static readonly TimeSpan CommitRetry = TimeSpan.FromSeconds(30);

        private readonly TimeProvider _time = watch.Time;
        private readonly TrainingOptions _options = watch.Options;
        private readonly TrainerLogReader _log = new(host, folders.Log);
        private readonly TrainingProgress _progress = new(handle.FromStep, watch.Time, zeroIsDead: command.Spec.Stage is TrainingStage.Sft or TrainingStage.Pt);
        private readonly CardWatch _cards = new(host, command.Prepared.Trainer, context, watch.Time, watch.Logger);
        private readonly List<int> _committed = [.. committed];
        private CardUse? _shownCards;
        private int _lastCheckpoint = committed.LastOrDefault(handle.FromStep);
        private long _advancedAt = watch.Time.GetTimestamp();
        private long _contactAt = watch.Time.GetTimestamp();
        private bool _isSilent;
        private long? _shownAt;
        private long? _commitFailedAt;
        private Task _commit = Task.CompletedTask;

        public async Task<WatchedRun> ToEndAsync(CancellationToken cancellationToken)
        {
            try
            {
                while (true)
                {
                    // The state is asked for before the log is read: what the trainer wrote before it ended is not missed.
                    if (await LookAsync(cancellationToken) is { } look)
                    {
                        if (look.State != RunState.Running)
                        {
                            return await EndedAsync(look, cancellationToken);
                        }

                        await StopIfUselessAsync(cancellationToken);
                    }

                    await Task.Delay(_options.LookEvery, _time, cancellationToken);
                }
            }
            finally
            {
                // A commit that outlived its watch would use what is disposed; it ends with the same token.
                await _commit.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        /// <summary>Null without contact, which says nothing about the run.</summary>
        private async Task<RunLook?> LookAsync(CancellationToken cancellationToken)
        {
            try
            {
                var look = await host.LookAsync(folders.Run, cancellationToken);
                _cards.Look(cancellationToken);
                await ReadLogAsync(cancellationToken);
                await FindCheckpointAsync(look.State, cancellationToken);
                if (_isSilent)
                {
                    watch.Logger.ContactBack(context.JobId, context.Attempt, _time.GetElapsedTime(_contactAt));
                }

                (_contactAt, _isSilent) = (_time.GetTimestamp(), false);
                return look;
            }
            catch (HostUnreachableException exception)
            {
                // Once for each silence: a host that is gone is looked for every second, for minutes.
                if (!_isSilent)
                {
                    watch.Logger.ContactLost(context.JobId, context.Attempt, exception.Message);
                }

                _isSilent = true;
                var silent = _time.GetElapsedTime(_contactAt);
                return silent < _options.NoContactLimit
                    ? null
                    : throw StageException.Transient("host_unreachable", $"No contact to the host for {silent.TotalMinutes:0} minutes.", exception);
            }
        }

        private async Task ReadLogAsync(CancellationToken cancellationToken)
        {
            if (_progress.Add(await _log.ReadNewAsync(cancellationToken)))
            {
                _advancedAt = _time.GetTimestamp();
            }

            if (_progress.IsNew && (_shownAt is null || _time.GetElapsedTime(_shownAt.Value) >= _options.ProgressEvery))
            {
                await ShowAsync(cancellationToken);
            }
        }

        private async Task ShowAsync(CancellationToken cancellationToken)
        {
            _shownCards = _cards.Latest;
            var reading = Progressed();
            _progress.Shown();
            _shownAt = _time.GetTimestamp();
            await context.PublishAsync(reading, cancellationToken);
        }

        private int SamplesPerStep => command.Spec.Hyperparameters.PerDeviceTrainBatchSize * command.Spec.Hyperparameters.GradientAccumulationSteps
            * Math.Max(1, command.Prepared.Trainer?.Cards ?? 1);

        private TrainingProgressed Progressed() => new()
        {
            JobId = context.JobId,
            Attempt = context.Attempt,
            Step = _progress.Step,
            TotalSteps = _progress.TotalSteps,
            Loss = Finite(_progress.Loss),
            EvalLoss = Finite(_progress.EvalLoss),
            LearningRate = Finite(_progress.LearningRate),
            Epoch = Finite(_progress.Epoch),
            Remaining = _progress.Remaining(),
            SamplesPerSecond = _progress.StepsPerSecond() * SamplesPerStep,
            Cards = _shownCards,
            At = _time.GetUtcNow(),
        };

        /// <summary>Begins to store the newest complete checkpoint, beside the looking: large ones take minutes.</summary>
        private async Task FindCheckpointAsync(RunState state, CancellationToken cancellationToken)
        {
            var waiting = _commitFailedAt is { } failedAt && _time.GetElapsedTime(failedAt) < CommitRetry;
            if (!_commit.IsCompleted || (waiting && state == RunState.Running))
            {
                return;
            }

            // A lost claim shows here.
            await _commit;
            var newest = CheckpointFolders.Complete(await host.ListAsync(folders.Output, cancellationToken)).LastOrDefault();
            if (newest > _lastCheckpoint)
            {
                _commit = CommitAsync(newest, cancellationToken);
            }
        }

        private async Task CommitAsync(int step, CancellationToken cancellationToken)
        {
            try
            {
                var manifest = await watch.Archive.CommitAsync(context, host, folders.Checkpoint, step, cancellationToken);
                _commitFailedAt = null;
                _lastCheckpoint = step;
                _advancedAt = _time.GetTimestamp();
                if (manifest is null)
                {
                    return;
                }

                _committed.Add(step);
                watch.Logger.Committed(context.JobId, context.Attempt, step, manifest.Bytes);
                await context.PublishAsync(
                    new CheckpointCommitted { JobId = context.JobId, Attempt = context.Attempt, Step = step, Checkpoint = manifest }, cancellationToken);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The store is away or full: training is not lost for that, and its end will say so again.
                _commitFailedAt = _time.GetTimestamp();
                watch.Logger.CommitFailed(exception, context.JobId, context.Attempt, step);
            }
        }

        private async Task<WatchedRun> EndedAsync(RunLook look, CancellationToken cancellationToken)
        {
            await ReadLogAsync(cancellationToken);
            await CommitLastAsync(cancellationToken);
            if (_progress.TotalSteps > 0)
            {
                // What was published may be lost with a process: how far the run came is told for good.
                context.TellWithOutcome(Progressed());
            }

            return new WatchedRun(look, _progress.Step, _progress.TotalSteps, Finite(_progress.Loss), _committed);
        }

        /// <summary>A checkpoint that was saved at the very end, or when the trainer was asked to stop, is what the next attempt resumes from.</summary>
        private async Task CommitLastAsync(CancellationToken cancellationToken)
        {
            await _commit;
            await FindCheckpointAsync(RunState.Exited, cancellationToken);
            await _commit;
        }

        private async Task StopIfUselessAsync(CancellationToken cancellationToken)
        {
            if (FaultOf() is not { } fault)
            {
                return;
            }

            watch.Logger.Stopped(context.JobId, context.Attempt, fault.Message);
            await host.StopAsync(folders.Run, _options.StopGrace, cancellationToken);
            await CommitLastAsync(cancellationToken);
            throw new StageException(fault);
        }

        private Failure? FaultOf()
        {
            if (_progress.DeadLosses >= _options.DeadLossLines)
            {
                return new Failure(
                    "loss_dead",
                    $"The loss was {(_progress.Loss == 0 ? "exactly 0" : "not a number")} for {_progress.DeadLosses} lines of the log (step {_progress.Step}): nothing is learnt any more. "
                    + "The last committed checkpoint is kept. Lower learning_rate, or look for samples without an answer.",
                    FailureKind.BadInput);
            }

            // Twice the global batch would show as half the steps: the checkpoint's own micro-batch was taken instead of the job's.
            if (handle.ExpectedSteps is { } expected && _progress.TotalSteps > 0 && Math.Abs(_progress.TotalSteps - expected) * 4 > expected)
            {
                return new Failure(
                    "resume_mismatch",
                    $"The resumed training counts {_progress.TotalSteps} steps in all, and its checkpoint of step {handle.FromStep} counted {expected}: the global batch changed.",
                    FailureKind.Internal);
            }

            var still = _time.GetElapsedTime(_advancedAt);
            return still < _options.NoProgressLimit
                ? null
                : new Failure(
                    "no_progress",
                    $"No new optimizer step for {still.TotalMinutes:0} minutes (at step {_progress.Step} of {_progress.TotalSteps}). The last committed checkpoint is kept.",
                    FailureKind.Transient);
        }

        private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
    }

    private CheckpointArchive Archive => archive;

    private TrainingOptions Options => options.Value;

    private TimeProvider Time => time;

    private ILogger Logger => logger;
}
