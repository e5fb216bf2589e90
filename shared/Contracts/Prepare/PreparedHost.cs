using FineTunePipeline.Contracts.Provision;

namespace FineTunePipeline.Contracts.Prepare;

/// <summary>A host with the job's inputs in place.</summary>
public sealed record PreparedHost
{
    public required string LeaseId { get; init; }

    public required HostReference Host { get; init; }

    /// <summary>Absolute folder of the base model on the host.</summary>
    public required string ModelFolder { get; init; }

    /// <summary>Absolute folder of data and <c>dataset_info.json</c> on the host.</summary>
    public required string DatasetFolder { get; init; }

    /// <summary>Absolute folder on the host that holds our engines, each in a folder of its name; null: the engines beside the service, on this computer.</summary>
    public string? EngineFolder { get; init; }

    /// <summary>The job's trainer where the host has it by itself; null: ours, in <see cref="EngineFolder"/>.</summary>
    public TrainerProgram? Trainer { get; init; }

    /// <summary>What the trainer's <c>version</c> printed.</summary>
    public required string TrainerVersion { get; init; }
}
