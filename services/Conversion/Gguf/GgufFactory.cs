using FineTunePipeline.Conversion.Planning;
using FineTunePipeline.Conversion.Running;
using FineTunePipeline.Hosts;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Conversion.Gguf;

/// <summary>Makes GGUF files on the host and loads each once by llama.cpp.</summary>
internal sealed class GgufFactory(ModelTool tool)
{
    /// <summary>A file straight from the merged model.</summary>
    public Task<GgufFile> WriteAsync(IComputeHost host, ConversionFolders folders, string modelFolder, string type, CancellationToken cancellationToken) =>
        tool.RunAsync<GgufFile>(
            host, folders, "gguf-" + type, $"writing the {type} file", ["gguf", modelFolder, folders.Gguf(type), type], cancellationToken);

    /// <summary>A file out of the f16 file.</summary>
    public Task<GgufFile> QuantiseAsync(IComputeHost host, ConversionFolders folders, string type, CancellationToken cancellationToken) =>
        tool.RunAsync<GgufFile>(
            host, folders, "quantize-" + type, $"quantising to {type}",
            ["quantize", folders.Gguf(ConversionPlan.Source), folders.Gguf(type), type], cancellationToken);

    /// <summary>Loads the file and asks one prompt.</summary>
    public async Task<CheckedAnswer> CheckAsync(IComputeHost host, ConversionFolders folders, string type, CancellationToken cancellationToken)
    {
        var answer = await tool.RunAsync<CheckedAnswer>(
            host, folders, "check-" + type, $"loading the {type} file", ["check", folders.Gguf(type)], cancellationToken);
        return answer.Loads ? answer : throw StageException.Internal("gguf_unloadable", $"llama.cpp does not load the {type} file.");
    }
}
