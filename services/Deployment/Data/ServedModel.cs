namespace FineTunePipeline.Deployment.Data;

/// <summary>A job's model server. Every write names the generation it has seen: of two that want to start the same server one wins.</summary>
internal sealed record ServedModel
{
    public required string JobId { get; init; }

    /// <summary>Attempt of the deployment that brought it up.</summary>
    public required int Attempt { get; init; }

    /// <summary>Grows with each start; each has a run folder of its own.</summary>
    public required int Generation { get; init; }

    public required ServedModelState State { get; init; }

    public required string ModelName { get; init; }

    /// <summary>Digest of the GGUF file.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Port it listens on; 0 until it said so.</summary>
    public required int Port { get; init; }

    /// <summary>The computer it runs on; services on others leave it alone.</summary>
    public required string MachineId { get; init; }

    /// <summary>Starts in a row after which it did not stay up.</summary>
    public int Failures { get; init; }

    /// <summary>Nobody starts it before (milliseconds since 1970, UTC): a start under way, or the wait after a failure.</summary>
    public long NotBefore { get; init; }
}
