using System.Text.Json;
using System.Text.Json.Serialization;

namespace FineTunePipeline.Chaos.Counting;

/// <summary>The result of a run.</summary>
internal sealed record ChaosReport
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.Never };

    public required int Jobs { get; init; }

    /// <summary>Jobs that succeeded; good is <see cref="Jobs"/> minus the failures that the seed planted.</summary>
    public required int Succeeded { get; init; }

    /// <summary>Jobs that failed as the seed planted it.</summary>
    public required int FailedPlanted { get; init; }

    /// <summary>Jobs that the gateway took and that have no end, or none that a client is told.</summary>
    public required int Lost { get; init; }

    /// <summary>By the engines' journal: second starts of an attempt's engine, and second effects of a job.</summary>
    public required int DuplicatedEffects { get; init; }

    /// <summary>Jobs without any change for three guard periods (of 30 s) at some time.</summary>
    public required int Stuck { get; init; }

    public required int LeasesLeft { get; init; }

    /// <summary>SIGKILLs of a process that was ready, while jobs were unfinished.</summary>
    public required int Kills { get; init; }

    public required int BrokerRestarts { get; init; }

    /// <summary>From a kill to the first commit that the process made after it was ready again.</summary>
    public required double RecoveryP50S { get; init; }

    public required double RecoveryP95S { get; init; }

    public required int Seed { get; init; }

    public required string Database { get; init; }

    public required IReadOnlyDictionary<string, int> KillsWhere { get; init; }

    public required IReadOnlyDictionary<string, int> KillsOf { get; init; }

    /// <summary>Times that a service's database was locked for 5 s.</summary>
    public required int DatabaseLocks { get; init; }

    /// <summary>Messages that were delivered to their endpoint once more.</summary>
    public required int DuplicatedMessages { get; init; }

    /// <summary>Attempts that the seed did not plant.</summary>
    public required int ExtraAttempts { get; init; }

    /// <summary>Starts of engines that changed something.</summary>
    public required int EngineStarts { get; init; }

    /// <summary>From the first submit to the last end.</summary>
    public required double Seconds { get; init; }

    /// <summary>CPU seconds of a service process from its start until it was ready, median.</summary>
    public required double StartCpuS { get; init; }

    /// <summary>What was broken, in sentences; empty is good.</summary>
    public required IReadOnlyList<string> Violations { get; init; }

    public string Write() => Json(this);

    /// <summary>A result for people and programs.</summary>
    public static string Json<T>(T report) => JsonSerializer.Serialize(report, Options);

    public static double Percentile(IEnumerable<double> values, double part)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? 0 : Math.Round(sorted[Math.Min(sorted.Count - 1, (int)Math.Ceiling(part * sorted.Count) - 1)], 2);
    }
}
