using System.Globalization;
using System.Text.RegularExpressions;
using FineTunePipeline.ModelTools.Files;
using FineTunePipeline.ModelTools.Running;
using LLama.Native;

namespace FineTunePipeline.ModelTools.Llama;

/// <summary>llama.cpp's quantisation. It reports nothing but log lines: progress, fallbacks and failures are read from them.</summary>
internal static partial class Quantiser
{
    /// <returns>Tensors that became another type than wanted, each with the reason.</returns>
    /// <exception cref="EngineException">The source is unusable (exit code 3) or the target not writable (4).</exception>
    public static async Task<IReadOnlyList<string>> RunAsync(
        string source, OutputFile target, QuantisationType type, bool allowRequantise, EngineOutput output, CancellationToken cancellationToken)
    {
        var log = LlamaRuntime.Log;
        log.Forget();
        var fallbacks = new List<string>();
        log.OnLine = line => Read(line, fallbacks, output);
        try
        {
            // The native call cannot be cancelled: at a signal the process ends around it.
            var result = await Task.Run(() => Quantise(source, target.TemporaryPath, type, allowRequantise), cancellationToken).WaitAsync(cancellationToken);
            return result == 0 ? fallbacks : throw Explain(source, target, log);
        }
        finally
        {
            log.OnLine = null;
        }
    }

    private static uint Quantise(string source, string target, QuantisationType type, bool allowRequantise)
    {
        var settings = LLamaModelQuantizeParams.Default();
        settings.ftype = type.Native;
        settings.nthread = LlamaRuntime.AllThreads;
        settings.allow_requantize = allowRequantise;
        settings.quantize_output_tensor = true;
        return NativeApi.llama_model_quantize(source, target, ref settings);
    }

    private static void Read(string line, List<string> fallbacks, EngineOutput output)
    {
        if (TensorLine().Match(line) is { Success: true } tensor)
        {
            output.Progress(Number(tensor, "done") / Number(tensor, "all"));
        }
        else if (FallbackLine().Match(line) is { Success: true } fallback)
        {
            var columns = fallback.Groups["columns"].Value;
            fallbacks.Add(
                $"{fallback.Groups["tensor"].Value}: rows of {columns} values are not divisible by {fallback.Groups["block"].Value}, "
                + $"as {fallback.Groups["wanted"].Value} needs; became {fallback.Groups["became"].Value}");
        }
    }

    private static EngineException Explain(string source, OutputFile target, NativeLog log)
    {
        var reason = log.Reason() ?? "llama.cpp gave no reason";
        return reason.Contains("iostream error", StringComparison.Ordinal) || reason.Contains("write", StringComparison.Ordinal)
            ? target.Failed(reason)
            : EngineException.BadInput("quantize_failed", $"{source} cannot be quantised: {reason}. Make the file anew, from an f16, bf16 or f32 model.");
    }

    private static double Number(Match match, string group) => double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\[\s*(?<done>\d+)/\s*(?<all>\d+)\]")]
    private static partial Regex TensorLine();

    [GeneratedRegex(
        @"(?<tensor>\S+)\s+- ncols\s+(?<columns>\d+) not divisible by (?<block>\d+) \(required for type\s+(?<wanted>\S+)\)"
        + @" -> falling back to\s+(?<became>\S+)")]
    private static partial Regex FallbackLine();
}
