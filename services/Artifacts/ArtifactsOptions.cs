using System.ComponentModel.DataAnnotations;
using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Artifacts;

/// <summary>Settings of validate and fetch. Section <c>Artifacts</c>.</summary>
public sealed class ArtifactsOptions
{
    public const string Section = "Artifacts";

    /// <summary>
    /// Absolute folder for files that one attempt needs for a short time (data with placeholders filled in). Default: <c>inputs</c> in
    /// <c>LocalHost:WorkFolder</c>.
    /// </summary>
    public string WorkFolder { get; set; } = "";

    /// <summary>Providers that a job may name.</summary>
    public IReadOnlyList<string> Providers { get; set; } = ["local", "ssh"];

    /// <summary>Trainers that a job may name.</summary>
    public IReadOnlyList<string> Trainers { get; set; } = [TrainerNames.Builtin, TrainerNames.LlamaFactory];

    /// <summary>Memory in bytes that training on this computer may take; 0 is what the system says is available. Default: 0.</summary>
    [Range(0, long.MaxValue)]
    public long MemoryBytes { get; set; }

    /// <summary>Disk space in bytes that a job may take; 0 is the free space of the disk of <see cref="WorkFolder"/>. Default: 0.</summary>
    [Range(0, long.MaxValue)]
    public long DiskBytes { get; set; }

    /// <summary>Largest data file in bytes. Default: 64 GiB.</summary>
    [Range(1, long.MaxValue)]
    public long LargestDataFileBytes { get; set; } = 64L << 30;

    /// <summary>Longest time that counting the tokens of one data file may take. Default: 30 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "Artifacts:TokenizeTimeLimit must be between one second and one day.")]
    public TimeSpan TokenizeTimeLimit { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Jobs that one instance validates, and fetches, at once. Default: 2.</summary>
    [Range(1, 64)]
    public int Concurrency { get; set; } = 2;
}
