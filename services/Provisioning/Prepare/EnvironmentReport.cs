using System.Text.Json.Serialization;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Provisioning.Prepare.Checks;

namespace FineTunePipeline.Provisioning.Prepare;

/// <summary>The environment test of a host.</summary>
internal sealed record EnvironmentReport
{
    /// <summary>Codes of failures after which another host is to be taken begin with it; the check's name follows.</summary>
    public const string UnfitPrefix = "host_unfit_";

    public required IReadOnlyList<CheckResult> Checks { get; init; }

    /// <summary>What the trainer's <c>version</c> printed; empty if it did not.</summary>
    public required string TrainerVersion { get; init; }

    /// <summary>Manifest of the engines that the host was given; null where it has its own.</summary>
    public ArtifactReference? Engines { get; init; }

    /// <summary>Where our engines are on the host; null: beside the service.</summary>
    public string? EngineFolder { get; init; }

    /// <summary>The trainer as the host has it; null: it is one of our engines.</summary>
    public TrainerProgram? Trainer { get; init; }

    /// <summary>The host, for what is asked of it later; null in a report that was read back.</summary>
    [JsonIgnore]
    public HostUnderTest? Test { get; init; }

    /// <summary>May the job go on? What is put off does not hold it up.</summary>
    public bool Passed => Checks.All(check => !IsFailed(check));

    public static bool IsFailed(CheckResult check) => check.Verdict is Verdict.Unfit or Verdict.UserFault;

    /// <summary>For people: a line for each check, what is wrong below it.</summary>
    public string ToText() => string.Join('\n', Checks.SelectMany(Lines));

    /// <summary>The check that failed and what it found, in half a sentence; null if the host passed.</summary>
    [JsonIgnore]
    public string? Because => Failed is { } failed ? $"{failed.Name}: {failed.Found}" : null;

    /// <summary>What the saga is told; null if the host passed.</summary>
    [JsonIgnore]
    public Failure? Failure
    {
        get
        {
            if (Failed is not { } failed)
            {
                return null;
            }

            var (prefix, kind) = failed.Verdict == Verdict.Unfit ? (UnfitPrefix, FailureKind.HostLost) : ("host_", FailureKind.BadInput);
            return new Failure(prefix + failed.Name, $"The host did not pass the test '{failed.Name}': {failed.Found}. {failed.Advice}", kind) { Evidence = ToText() };
        }
    }

    /// <summary>What the person must change would meet the next host too, so it is told first.</summary>
    private CheckResult? Failed => Checks.FirstOrDefault(check => check.Verdict == Verdict.UserFault) ?? Checks.FirstOrDefault(IsFailed);

    private static IEnumerable<string> Lines(CheckResult check)
    {
        var word = check.Verdict switch { Verdict.Fit => "fit", Verdict.Note => "note", Verdict.PutOff => "put off", Verdict.Unfit => "UNFIT", _ => "YOUR TURN" };
        yield return $"{word,-9} {check.Name,-14} {check.Found}";
        if (check.Advice is not null)
        {
            yield return $"{"",-9} {"",-14} {check.Advice}";
            foreach (var line in (check.Log ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                yield return $"{"",-9} {"",-14} | {line}";
            }
        }
    }
}
