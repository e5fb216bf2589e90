using System.ComponentModel.DataAnnotations;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Hosts.Local;

/// <summary>This computer as a compute host.</summary>
public sealed class LocalHostOptions
{
    /// <summary>Configuration section: <c>FINETUNE__LocalHost__…</c>.</summary>
    public const string Section = "LocalHost";

    /// <summary>Absolute folder under which jobs work. Default: <c>work</c> in <c>FINETUNE_HOME</c> (<c>~/.finetune</c>).</summary>
    [Required(AllowEmptyStrings = false, ErrorMessage = "LocalHost:WorkFolder is empty: set FINETUNE__LocalHost__WorkFolder to the folder in which jobs work.")]
    public string WorkFolder { get; set; } = HomeFolder.At("work");
}
