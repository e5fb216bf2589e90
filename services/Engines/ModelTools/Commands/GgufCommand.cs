using FineTunePipeline.ModelFormats.Gguf;
using FineTunePipeline.ModelTools.Files;
using FineTunePipeline.ModelTools.Running;

namespace FineTunePipeline.ModelTools.Commands;

/// <summary><c>gguf DIR OUT TYPE</c>: a GGUF file of a Hugging Face model folder. Loads no native library.</summary>
internal static class GgufCommand
{
    private static readonly Dictionary<string, GgufType> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["f32"] = GgufType.F32,
        ["f16"] = GgufType.F16,
        ["bf16"] = GgufType.BF16,
        ["q8_0"] = GgufType.Q8_0,
    };

    public static readonly VerbUsage Usage = new(
        $"Makes a GGUF file of a model folder. TYPE: {string.Join(' ', Types.Keys)}. Architectures: {string.Join(", ", HfToGguf.SupportedArchitectures)}.",
        ["DIR", "OUT", "TYPE"],
        new VerbOption("name", "NAME", "the model's name inside of the file (general.name); default: the folder's name"));

    public static async Task RunAsync(VerbArguments arguments, EngineOutput output, CancellationToken cancellationToken)
    {
        var (folder, target) = (arguments[0], arguments[1]);
        if (!Types.TryGetValue(arguments[2], out var type))
        {
            throw EngineException.Usage(
                $"There is no type '{arguments[2]}' to convert to: {string.Join(", ", Types.Keys)}. "
                + "Others are made from these with 'finetune-model quantize'.");
        }

        InputFiles.RequireFolder(folder, "The model folder");
        OutputFile.RequireWritable(target);
        var progress = new ConversionReport(output);
        var made = await Task.Run(() => HfToGguf.Convert(folder, target, type, progress, cancellationToken, arguments.Text("name")), cancellationToken);
        output.Result(new { Path = Path.GetFullPath(target), Type = arguments[2].ToLowerInvariant(), made.Bytes, made.Sha256, made.Tensors, made.Warnings });
    }

    private sealed class ConversionReport(EngineOutput output) : IProgress<double>
    {
        public void Report(double value) => output.Progress(value);
    }
}
