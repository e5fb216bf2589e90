using System.ComponentModel.DataAnnotations;

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

    /// <summary>OpenMP threads of the trainer. One is reproducible to the last bit, and fastest on a computer that does other work too. Default 1.</summary>
    [Range(1, 1024, ErrorMessage = "Engines:TrainerThreads must be from 1 to 1024: set FINETUNE__Engines__TrainerThreads.")]
    public int TrainerThreads { get; set; } = 1;
}
