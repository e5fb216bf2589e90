using System.ComponentModel.DataAnnotations;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Hosts.Engines;

/// <summary>Where our engine programs are, and what they may use.</summary>
public sealed class EngineOptions
{
    /// <summary>Configuration section: <c>FINETUNE__Engines__…</c>.</summary>
    public const string Section = "Engines";

    /// <summary>
    /// Folder that holds each engine in a folder of its name (<c>finetune-trainer/finetune-trainer</c>). Default: <c>engines</c> beside the service;
    /// in a source tree, what was built there.
    /// </summary>
    public string? Folder { get; set; }

    /// <summary>
    /// Folder with the engines for rented hosts, as <c>services/Engines/HostEngines.proj</c> makes it: for installations without the .NET SDK. Default:
    /// <c>host-engines</c> beside the service if it is there; in a source tree they are published when a host first needs them.
    /// </summary>
    public string? HostFolder { get; set; }

    /// <summary>
    /// Absolute folder in which engines for rented hosts are published and packed, with about 1.5 GiB free while that is done; what was packed already is
    /// remembered there. Default: <c>engines</c> in <c>FINETUNE_HOME</c> (<c>~/.finetune</c>).
    /// </summary>
    [Required(AllowEmptyStrings = false, ErrorMessage = "Engines:PackageFolder is empty: set FINETUNE__Engines__PackageFolder to a folder with 1.5 GiB free.")]
    public string PackageFolder { get; set; } = HomeFolder.At("engines");

    /// <summary>Longest time of publishing the engines for rented hosts, restoring their packages included. Default 20 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "06:00:00", ErrorMessage = "Engines:PublishTimeLimit must be between ten seconds and six hours: set FINETUNE__Engines__PublishTimeLimit.")]
    public TimeSpan PublishTimeLimit { get; set; } = TimeSpan.FromMinutes(20);

    /// <summary>OpenMP threads of the trainer. One is reproducible to the last bit, and fastest on a computer that does other work too. Default 1.</summary>
    [Range(1, 1024, ErrorMessage = "Engines:TrainerThreads must be from 1 to 1024: set FINETUNE__Engines__TrainerThreads.")]
    public int TrainerThreads { get; set; } = 1;
}
