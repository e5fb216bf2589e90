using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Validate;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>Validated: every fault that can be known before money is spent is known. A job that is only to be checked has come to its end.</summary>
public sealed partial class FineTuneStateMachine
{
    private void ValidatePhase() => DuringAny(
        When(Validated).IfElse(
            context => IsCurrent(context, Stage.Validate),
            current => current
                .Then(context => Succeed(context.Saga, Stage.Validate, context.Message.Statement))
                .IfElse(
                    context => context.Saga.PlanOnly,
                    plan => plan
                        .Then(context => AddPlan(context.Saga, context.Message))
                        .Unschedule(Deadline)
                        .TransitionTo(Succeeded)
                        .ThenAsync(context => PublishChangeAsync(context, JobState.Succeeded, "The job can be run as it stands")),
                    job => job.ThenAsync(context => BeginAsync(context, Stage.Fetch))),
            IgnoreStale));

    private static void AddPlan(FineTuneSaga saga, JobValidated validated)
    {
        AddFile(saga, new ResultFile("plan", "plan.json", validated.Statement));
        if (validated.Configuration is { } configuration)
        {
            AddFile(saga, new ResultFile("configuration", "train.yaml", configuration));
        }
    }
}
