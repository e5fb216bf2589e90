using System.ComponentModel.DataAnnotations;

namespace FineTunePipeline.Provisioning.Prepare.Trainers.LlamaFactory;

/// <summary>Where hosts have LLaMA-Factory. Section <c>LlamaFactory</c>.</summary>
public sealed class LlamaFactoryOptions
{
    public const string Section = "LlamaFactory";

    /// <summary>
    /// Absolute path of <c>llamafactory-cli</c> on the hosts. Default: empty, which takes the first one on the PATH of a login shell, or in the places where
    /// images and people put it (conda, its environments, virtual environments).
    /// </summary>
    [RegularExpression("/.+", ErrorMessage = "LlamaFactory:Command must be an absolute path on the host, such as /root/miniconda3/bin/llamafactory-cli, or empty.")]
    public string Command { get; set; } = "";

    /// <summary>
    /// Environment variables that it is started with, name and value; no secrets. Default: none. <c>DISABLE_VERSION_CHECK</c> = 1 lets it start beside versions
    /// of its libraries that it was not tested with.
    /// </summary>
    public IReadOnlyDictionary<string, string> Environment { get; set; } = new Dictionary<string, string>();
}
