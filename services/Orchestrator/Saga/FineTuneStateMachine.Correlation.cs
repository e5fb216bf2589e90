using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Convert;
using FineTunePipeline.Contracts.Deploy;
using FineTunePipeline.Contracts.Evaluate;
using FineTunePipeline.Contracts.Fetch;
using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Release;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Contracts.Validate;
using FineTunePipeline.Messaging.Stages;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>Which message belongs to which job, and what becomes of those that belong to none.</summary>
public sealed partial class FineTuneStateMachine
{
    private void Correlate()
    {
        Event(() => JobSubmitted, submitted => submitted.CorrelateById(context => JobId.ToGuid(context.Message.JobId)));
        Event(() => PlanRequested, asked => asked.CorrelateById(context => JobId.ToGuid(context.Message.JobId)));
        Event(() => CancelRequested, ByJob);
        Event(() => PauseRequested, ByJob);
        Event(() => ResumeRequested, ByJob);
        Event(() => Validated, ByJob);
        Event(() => Fetched, ByJob);
        Event(() => HostReady, ByJob);
        Event(() => TrainingDone, ByJob);
        Event(() => Evaluated, ByJob);
        Event(() => ConversionDone, ByJob);
        Event(() => Deployed, ByJob);
        Event(() => HostGone, ByJob);
        Event(() => StageBroke, ByJob);
        Event(() => StageEnded, ByJob);
        Event(() => StageTakenUp, ByJob);
        Event(() => ProvenanceStored, ByJob);
        Event(() => WokenUp, ByJob);
        Event(() => BudgetSpent, ByJob);
        Event(() => Silent, ByJob);
        Event(() => ProvenanceLost, lost =>
        {
            lost.CorrelateById(context => JobId.ToGuid(context.Message.Message.JobId));
            lost.OnMissingInstance(missing => missing.Discard());
        });

        // What is paid for or runs is given back, also when its job is unknown.
        Event(() => HostTaken, taken =>
        {
            taken.CorrelateById(context => JobId.ToGuid(context.Message.JobId));
            taken.OnMissingInstance(missing => missing.ExecuteAsync(context => GiveBackAsync(context, context.Message, "its job is unknown")));
        });
        Event(() => HostVanished, lost =>
        {
            lost.CorrelateById(context => JobId.ToGuid(context.Message.JobId));
            lost.OnMissingInstance(missing => missing.ExecuteAsync(context => GiveBackAsync(context, context.Message)));
        });
        Event(() => TrainingBegan, began =>
        {
            began.CorrelateById(context => JobId.ToGuid(context.Message.JobId));
            began.OnMissingInstance(missing => missing.ExecuteAsync(context => EndStageAsync(context, context.Message.JobId, Stage.Train, context.Message.Attempt)));
        });

        Schedule(() => Retry, saga => saga.RetryToken, retry => retry.Received = ByJob);
        Schedule(() => Deadline, saga => saga.DeadlineToken, deadline => deadline.Received = ByJob);

        CorrelateFault<ValidateJob>();
        CorrelateFault<FetchArtifacts>();
        CorrelateFault<AcquireHost>();
        CorrelateFault<PrepareHost>();
        CorrelateFault<StartTraining>();
        CorrelateFault<EvaluateModel>();
        CorrelateFault<ConvertModel>();
        CorrelateFault<DeployModel>();
    }

    private void ByJob<T>(IEventCorrelationConfigurator<FineTuneSaga, T> correlate)
        where T : class, IJobMessage
    {
        correlate.CorrelateById(context => JobId.ToGuid(context.Message.JobId));
        correlate.OnMissingInstance(missing => missing.ExecuteAsync(context =>
        {
            _logger.UnknownJob(context.Message.JobId, typeof(T).Name);
            return Task.CompletedTask;
        }));
    }

    private static Task GiveBackAsync(ConsumeContext context, HostAcquired taken, string reason) =>
        SendAsync(context, Stage.Release, new ReleaseHost { JobId = taken.JobId, Attempt = taken.Attempt, LeaseId = taken.LeaseId, Reason = reason });

    private static Task GiveBackAsync(ConsumeContext context, HostLost lost) => SendAsync(
        context, Stage.Release, new ReleaseHost { JobId = lost.JobId, Attempt = lost.Attempt, LeaseId = lost.LeaseId, Reason = $"the host is lost: {lost.Reason}" });

    private static Task EndStageAsync(ConsumeContext context, string jobId, Stage stage, int attempt, bool keepProgress = false) =>
        SendAsync(context, stage, new CancelStage { JobId = jobId, Stage = stage, Attempt = attempt, KeepProgress = keepProgress });

    private static async Task SendAsync<T>(ConsumeContext context, Stage stage, T command)
        where T : class
    {
        var endpoint = await context.GetSendEndpoint(StageQueues.Address(stage));
        await endpoint.Send(command, context.CancellationToken);
    }
}
