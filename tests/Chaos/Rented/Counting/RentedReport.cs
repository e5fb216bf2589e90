using FineTunePipeline.Chaos.Counting;

namespace FineTunePipeline.Chaos.Rented.Counting;

/// <summary>The result of a run over hosts; docs/chaos.md says what each figure counts.</summary>
internal sealed record RentedReport
{
    public required int Jobs { get; init; }

    /// <summary>Good is <see cref="Jobs"/> minus the failures that the seed planted.</summary>
    public required int Succeeded { get; init; }

    public required int FailedPlanted { get; init; }

    /// <summary>Disturbances of hosts that jobs had.</summary>
    public required int Evictions { get; init; }

    /// <summary>Those in which the host lived on: it was cut off, or stood still.</summary>
    public required int ContactLosses { get; init; }

    public required int FalseRelaunches { get; init; }

    public required int DoubleTrainings { get; init; }

    public required int HostsLeft { get; init; }

    public required int StepsRepeatedMax { get; init; }

    public required double RecoveryP50S { get; init; }

    public required double RecoveryP95S { get; init; }

    /// <summary>In ticks.</summary>
    public required double OverspendMax { get; init; }

    public required int Seed { get; init; }

    public required int Hosts { get; init; }

    /// <summary>What the hosts trained with.</summary>
    public required string Trainer { get; init; }

    public required IReadOnlyDictionary<string, int> EvictionsOf { get; init; }

    public required IReadOnlyDictionary<string, int> EvictionsAt { get; init; }

    /// <summary>Outages that lasted longer than the time after which a host may be given up.</summary>
    public required int OutagesAboveLimit { get; init; }

    public required int WorkerKills { get; init; }

    /// <summary>Trainers that were started again.</summary>
    public required int Relaunches { get; init; }

    /// <summary>Of these, started while the one before lived on a host without a status command that had been out of contact for longer than the limit.</summary>
    public required int Overlaps { get; init; }

    /// <summary>Those of the pool that have a status command.</summary>
    public required int HostsWithStatus { get; init; }

    /// <summary>Losses that were decided by a status command's word, and not by silence.</summary>
    public required int LostByStatus { get; init; }

    public required IReadOnlyDictionary<string, double> RecoveryP95SOf { get; init; }

    /// <summary>Seconds that jobs waited for a free host, which no recovery has in it.</summary>
    public required double WaitingForHostS { get; init; }

    public required int SaveSteps { get; init; }

    public required double TickS { get; init; }

    /// <summary>From the first submit to the last end.</summary>
    public required double Seconds { get; init; }

    /// <summary>What was broken, in sentences; empty is good.</summary>
    public required IReadOnlyList<string> Violations { get; init; }

    public string Write() => ChaosReport.Json(this);
}
