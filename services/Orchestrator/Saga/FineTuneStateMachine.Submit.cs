using FineTunePipeline.Contracts.Stages;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>A job begins. Sent twice it begins once.</summary>
public sealed partial class FineTuneStateMachine
{
    private void SubmitPhase()
    {
        Initially(
            When(JobSubmitted)
                .Then(context =>
                {
                    context.Saga.JobId = context.Message.JobId;
                    context.Saga.Spec = context.Message.Spec;
                    context.Saga.TrainWith = context.Message.Spec.Hyperparameters;
                    context.Saga.SubmittedAt = context.Message.SubmittedAt;
                    Note(context.Saga, "submitted");
                })
                .Schedule(Deadline, context => new DeadlineDue { JobId = context.Saga.JobId }, context => context.Saga.Spec.Budget.Deadline)
                .TransitionTo(Running)
                .ThenAsync(context => BeginAsync(context, Stage.Validate)));

        DuringAny(
            When(JobSubmitted).Then(context => _logger.SubmittedAgain(context.Saga.JobId)));
    }
}
