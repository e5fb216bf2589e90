using FineTunePipeline.Contracts.Fetch;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;

namespace FineTunePipeline.Contracts.Convert;

/// <summary>Merge, write and quantise GGUF, load each file once and ask it the job's questions.</summary>
public sealed record ConvertModel : IStageCommand
{
    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required JobSpec Spec { get; init; }

    public required JobInputs Inputs { get; init; }

    public required PreparedHost Prepared { get; init; }

    public required TrainedModel Trained { get; init; }
}
