using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Contracts.Train;

/// <summary>The result of training.</summary>
public sealed record TrainedModel
{
    /// <summary>An adapter for <see cref="FineTuningMethod.Lora"/>, whole weights else.</summary>
    public required FineTuningMethod Method { get; init; }

    /// <summary><see cref="Manifest"/> of the adapter's, or the whole model's, folder.</summary>
    public required ArtifactReference Output { get; init; }

    /// <summary>Absolute folder of the same files on the host, while the lease lasts.</summary>
    public required string OutputFolder { get; init; }

    public required int Steps { get; init; }

    public double? FinalLoss { get; init; }
}
