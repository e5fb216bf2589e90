using FineTunePipeline.ModelFormats.Merging;
using FineTunePipeline.ModelTools.Files;
using FineTunePipeline.ModelTools.Running;

namespace FineTunePipeline.ModelTools.Commands;

/// <summary><c>merge BASE ADAPTER OUT</c>: one model of a base model and its adapter. Loads no native library.</summary>
internal static class MergeCommand
{
    public static readonly VerbUsage Usage = new("Makes one model folder of a base model's folder and a LoRA adapter's.", ["BASE", "ADAPTER", "OUT"]);

    public static async Task RunAsync(VerbArguments arguments, EngineOutput output, CancellationToken cancellationToken)
    {
        var (model, adapter, target) = (arguments[0], arguments[1], arguments[2]);
        InputFiles.RequireFolder(model, "The base model's folder");
        InputFiles.RequireFolder(adapter, "The adapter's folder");
        var progress = new MergeReport(output);
        var merged = await Task.Run(() => AdapterMerge.Merge(model, adapter, target, progress, outputType: null, cancellationToken), cancellationToken);

        var files = new List<WrittenFile>();
        foreach (var name in merged.Files)
        {
            files.Add(await WrittenFile.ReadAsync(Path.Combine(merged.Folder, name), name, cancellationToken));
        }

        output.Result(new { Path = merged.Folder, Files = files, merged.TensorsMerged, merged.TensorsTotal });
    }

    private sealed class MergeReport(EngineOutput output) : IProgress<MergeProgress>
    {
        public void Report(MergeProgress value) => output.Progress(value.BytesWritten / (double)Math.Max(1, value.BytesTotal));
    }
}
