using FineTunePipeline.Contracts.Convert;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;

namespace FineTunePipeline.Conversion;

/// <summary>Folders of an attempt on the host.</summary>
internal sealed class ConversionFolders(ConvertModel command)
{
    /// <summary>Everything of the attempt.</summary>
    public string Attempt { get; } = RunFolder.ForAttempt(command.Prepared.Host.WorkFolder, command.JobId, "convert", command.Attempt);

    /// <summary>Our engines there; null: those beside the service. See <see cref="EngineLocator.Locate"/>.</summary>
    public string? Engines { get; } = command.Prepared.EngineFolder;

    /// <summary>The merged model.</summary>
    public string Merged => Attempt + "/merged";

    /// <summary>Questions for the finished files.</summary>
    public string Questions => Attempt + "/questions.jsonl";

    /// <summary>A GGUF file. Its folder is there as soon as anything of the attempt has run.</summary>
    public string Gguf(string type) => $"{Attempt}/{type}.gguf";

    /// <summary>Run folder of one engine call, such as <c>gguf-f16</c>.</summary>
    public string Run(string name) => $"{Attempt}/{name}";
}
