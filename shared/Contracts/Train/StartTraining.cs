using FineTunePipeline.Contracts.Fetch;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Contracts.Train;

/// <summary>Train on a prepared host, from the last committed checkpoint of the job if there is one.</summary>
public sealed record StartTraining : IStageCommand
{
    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required JobSpec Spec { get; init; }

    public required JobInputs Inputs { get; init; }

    public required PreparedHost Prepared { get; init; }

    /// <summary>When the job's time is up, by the control plane's clock. Null: not known, of a message from before there was one.</summary>
    public DateTimeOffset? Deadline { get; init; }
}
