using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>A job begins, or is only to be checked. Sent twice it begins once.</summary>
public sealed partial class FineTuneStateMachine
{
    private void SubmitPhase()
    {
        Initially(
            TakeIn(When(JobSubmitted).Then(context => Know(context.Saga, context.Message.Spec, context.Message.SubmittedAt, planOnly: false))),
            TakeIn(When(PlanRequested).Then(context => Know(context.Saga, context.Message.Spec, context.Message.SubmittedAt, planOnly: true))));

        DuringAny(
            When(JobSubmitted).Then(context => _logger.SubmittedAgain(context.Saga.JobId)),
            When(PlanRequested).Then(context => _logger.SubmittedAgain(context.Saga.JobId)));
    }

    private EventActivityBinder<FineTuneSaga, T> TakeIn<T>(EventActivityBinder<FineTuneSaga, T> asked)
        where T : class, IJobMessage => asked
        .Then(context =>
        {
            context.Saga.JobId = context.Message.JobId;
            Note(context.Saga, "submitted");
        })
        .Schedule(Deadline, context => new DeadlineDue { JobId = context.Saga.JobId }, context => context.Saga.Spec.Budget.Deadline)
        .TransitionTo(Running)
        .ThenAsync(context => BeginAsync(context, Stage.Validate));

    private static void Know(FineTuneSaga saga, JobSpec spec, DateTimeOffset submittedAt, bool planOnly) =>
        (saga.Spec, saga.TrainWith, saga.SubmittedAt, saga.PlanOnly) = (spec, spec.Hyperparameters, submittedAt, planOnly);
}
