using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>Training runs, then its result is in the store. A trainer that nobody wants is ended.</summary>
public sealed partial class FineTuneStateMachine
{
    private void TrainPhase() => DuringAny(
        When(TrainingBegan).IfElse(
            context => IsCurrent(context, Stage.Train),
            current => current.ThenAsync(async context =>
            {
                var from = context.Message.FromStep;
                Note(context.Saga, Stage.Train, "started", from > 0 ? $"from step {from}" : "from the beginning");
                await PublishChangeAsync(context, JobState.Running, from > 0 ? $"Training goes on from step {from}" : "Training");
            }),
            stale => stale.ThenAsync(EndUnlessKnownAsync)),
        When(TrainingDone).IfElse(
            context => IsCurrent(context, Stage.Train),
            current => current
                .Then(context =>
                {
                    context.Saga.Trained = context.Message.Trained;
                    var kind = context.Message.Trained.Method == FineTuningMethod.Lora ? "adapter" : "model";
                    AddFile(context.Saga, new ResultFile(kind, kind + "/", context.Message.Trained.Output));
                    Succeed(context.Saga, Stage.Train, context.Message.Statement);
                })
                .ThenAsync(WarnAsync)
                .ThenAsync(context => BeginAsync(context, Stage.Evaluate)),
            IgnoreStale));

    private async Task WarnAsync(BehaviorContext<FineTuneSaga, TrainingCompleted> context)
    {
        foreach (var warning in context.Message.Warnings)
        {
            Note(context.Saga, Stage.Train, "warned", warning);
            await PublishChangeAsync(context, JobState.Running, $"WARNING: {warning}");
        }
    }

    /// <summary>The event may be late (its attempt has long ended, and was so recorded); any other trainer is one that should not run.</summary>
    private async Task EndUnlessKnownAsync(BehaviorContext<FineTuneSaga, TrainingStarted> context)
    {
        var saga = context.Saga;
        var newest = saga.Attempt(Stage.Train) == context.Message.Attempt;
        if (saga.Trained is null || !newest)
        {
            _logger.StaleTraining(saga.JobId, context.Message.Attempt, saga.CurrentState);
            await EndStageAsync(context, saga.JobId, Stage.Train, context.Message.Attempt, keepProgress: newest && saga.CurrentState == Pausing.Name);
        }
    }

    /// <summary>A stage that had to be done again makes its file anew.</summary>
    private static void AddFile(FineTuneSaga saga, ResultFile file) =>
        saga.Result = saga.Result with { Files = [.. saga.Result.Files.Where(known => known.Path != file.Path), file] };
}
