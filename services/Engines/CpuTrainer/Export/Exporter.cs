using FineTunePipeline.CpuTrainer.Models;
using FineTunePipeline.ModelFormats;
using FineTunePipeline.ModelFormats.Merging;

namespace FineTunePipeline.CpuTrainer.Export;

/// <summary>The verb <c>export</c>: base and adapter become one model folder. Needs neither libtorch nor memory for the model.</summary>
internal static class Exporter
{
    /// <param name="baseFolder">model_name_or_path</param>
    /// <param name="adapterFolder">adapter_name_or_path; null exports the base itself (after full fine-tuning)</param>
    /// <param name="exportFolder">export_dir</param>
    /// <param name="onProgress">the part that is done, 0 to 1</param>
    /// <exception cref="ModelException">base and adapter do not belong together, one of them is damaged, or the export folder holds something else</exception>
    public static MergeResult Run(string baseFolder, string? adapterFolder, string exportFolder, Action<double>? onProgress = null, CancellationToken cancellationToken = default)
    {
        ModelConfig.Load(baseFolder);
        try
        {
            return AdapterMerge.Merge(baseFolder, adapterFolder, exportFolder, onProgress is null ? null : new Relay(onProgress), cancellationToken: cancellationToken);
        }
        catch (InvalidModelFileException e)
        {
            throw new ModelException(e.Message, e);
        }
    }

    /// <summary>Unlike Progress, on the caller's thread.</summary>
    private sealed class Relay(Action<double> onProgress) : IProgress<MergeProgress>
    {
        public void Report(MergeProgress value) => onProgress(value.BytesTotal == 0 ? 1 : (double)value.BytesWritten / value.BytesTotal);
    }
}
