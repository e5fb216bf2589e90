using System.ComponentModel.DataAnnotations;

namespace FineTunePipeline.Provisioning.Prepare.Trainers.LlamaFactory;

/// <summary>Where hosts have LLaMA-Factory, and how those that lack it get it. Section <c>LlamaFactory</c>.</summary>
public sealed class LlamaFactoryOptions : IValidatableObject
{
    public const string Section = "LlamaFactory";

    /// <summary>A host without it is unfit.</summary>
    public const string None = "none";

    /// <summary>The host fetches it, by pip.</summary>
    public const string Pip = "pip";

    /// <summary>The host gets it from us.</summary>
    public const string Offline = "offline";

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

    /// <summary>
    /// What is done on a rented host that lacks it: <c>none</c>; <c>pip</c>, the host fetches it; <c>offline</c>, it gets the wheels of <see cref="OfflineFolder"/>.
    /// It goes into an environment of its own, which the next job uses again. Default: none.
    /// </summary>
    [AllowedValues(None, Pip, Offline, ErrorMessage = "LlamaFactory:Install must be none, pip or offline.")]
    public string Install { get; set; } = None;

    /// <summary>Which version is installed. Default: 0.9.5, for which versions of its libraries are pinned.</summary>
    [RegularExpression("[0-9][0-9A-Za-z.]*", ErrorMessage = "LlamaFactory:Version must be a version of LLaMA-Factory, such as 0.9.5.")]
    public string Version { get; set; } = LlamaFactoryPins.Version;

    /// <summary>Which PyTorch is installed where the host has none; what it has is kept. It must go with the driver. Default: 2.8.0, which brings CUDA 12.8.</summary>
    [RegularExpression(@"[0-9][0-9A-Za-z.+]*", ErrorMessage = "LlamaFactory:Torch must be a version of PyTorch, such as 2.8.0.")]
    public string Torch { get; set; } = LlamaFactoryPins.Torch;

    /// <summary>
    /// Where pip fetches from, such as the mirror https://pypi.tuna.tsinghua.edu.cn/simple. Default: empty, which leaves that to the host's own settings.
    /// </summary>
    [RegularExpression("https?://.+", ErrorMessage = "LlamaFactory:IndexUrl must be the address of a package index, such as https://pypi.tuna.tsinghua.edu.cn/simple, or empty.")]
    public string IndexUrl { get; set; } = "";

    /// <summary>Absolute folder on this service's computer that holds the wheels for <c>offline</c>. Default: empty.</summary>
    public string OfflineFolder { get; set; } = "";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Install == Offline && !Path.IsPathFullyQualified(OfflineFolder))
        {
            yield return new("Set LlamaFactory:OfflineFolder (FINETUNE__LlamaFactory__OfflineFolder) to the absolute path of a folder with wheels.", [nameof(OfflineFolder)]);
        }
    }
}
