using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Validate;
using FineTunePipeline.Messaging.Stages;
using MassTransit;

namespace FineTunePipeline.UnitTests.Durable;

/// <summary>A stage that is done at once.</summary>
internal sealed class InstantRunner : IStageRunner<ValidateJob>
{
    public static JobValidated Outcome(string jobId, int attempt) => new()
    {
        JobId = jobId,
        Attempt = attempt,
        Report = new ValidationReport { Samples = 1, Skipped = 0, Tokens = 1, OverCutoff = 0, Parameters = 1, EstimatedDiskBytes = 1, EstimatedMemoryBytes = 1 },
        Statement = new ArtifactReference(new string('a', 64), 1),
    };

    public Task<IStageEvent> RunAsync(ValidateJob command, StageContext context, CancellationToken cancellationToken) =>
        Task.FromResult<IStageEvent>(Outcome(command.JobId, command.Attempt));

    public Task CancelAsync(ValidateJob command, StageContext context, CancellationToken cancellationToken) => Task.CompletedTask;
}

internal sealed class InstantConsumer(StageInbox<ValidateJob> inbox) : StageConsumer<ValidateJob>(inbox), IConsumer<ValidateJob>, IConsumer<CancelStage>;

internal sealed class InstantDefinition() : StageDefinition<InstantConsumer, DurableDb>(Stage.Validate);
