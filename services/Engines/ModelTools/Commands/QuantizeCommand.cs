using FineTunePipeline.ModelTools.Files;
using FineTunePipeline.ModelTools.Llama;
using FineTunePipeline.ModelTools.Running;

namespace FineTunePipeline.ModelTools.Commands;

/// <summary><c>quantize IN OUT TYPE</c>: makes a smaller GGUF file out of an f32, f16 or bf16 one.</summary>
internal static class QuantizeCommand
{
    public static readonly VerbUsage Usage = new(
        $"Makes a smaller GGUF file. TYPE: {string.Join(' ', QuantisationTypes.Names)}.",
        ["IN", "OUT", "TYPE"],
        CommonOptions.Threads,
        new VerbOption("allow-requantize", null, "accepts an input that is quantised already (the loss of both adds up)"));

    public static async Task RunAsync(VerbArguments arguments, EngineOutput output, CancellationToken cancellationToken)
    {
        CommonOptions.UseThreads(arguments);
        var (source, target) = (arguments[0], arguments[1]);
        var type = QuantisationTypes.Parse(arguments[2]);
        if (Path.GetFullPath(source) == Path.GetFullPath(target))
        {
            throw EngineException.Usage("IN and OUT are the same file: choose another output.");
        }

        GgufPreflight.Check(source);
        using var file = OutputFile.Create(target);
        var fallbacks = await Quantiser.RunAsync(source, file, type, arguments.Has("allow-requantize"), output, cancellationToken);

        // llama.cpp also "succeeds" on sources with missing or misshapen tensors: only loading the result shows it.
        using (var model = await LlamaModel.LoadAsync(file.TemporaryPath, progress: null, cancellationToken))
        {
            await ModelProbe.ComputeAsync(model, cancellationToken);
        }

        var written = await file.CommitAsync(cancellationToken);
        output.Result(new { written.Path, Type = type.Name, written.Bytes, written.Sha256, Fallbacks = fallbacks });
    }
}
