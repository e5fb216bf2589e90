using System.Globalization;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.ModelFormats.Folders;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Artifacts.Validate;

/// <summary>Compares an estimate with this computer, where the job runs on it.</summary>
internal sealed class ResourceCheck(IOptions<ArtifactsOptions> options)
{
    public void Check(JobSpec spec, ResourceEstimate estimate, FaultList faults)
    {
        if (spec.Provider.Name != "local")
        {
            return;
        }

        var memory = options.Value.MemoryBytes > 0 ? options.Value.MemoryBytes : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var advice = spec.Method != FineTuningMethod.Lora
            ? "use method lora, a smaller hyperparameters.per_device_train_batch_size or hyperparameters.cutoff_len, or a smaller model"
            : "lower hyperparameters.per_device_train_batch_size or hyperparameters.cutoff_len, or take a smaller model";
        faults.Require(
            estimate.MemoryBytes <= memory,
            "memory_short",
            $"Training needs about {Size(estimate.MemoryBytes)} of memory; this computer has {Size(memory)}: {advice}.");

        var disk = options.Value.DiskBytes > 0 ? options.Value.DiskBytes : FreeSpace(options.Value.WorkFolder);
        faults.Require(
            estimate.DiskBytes <= disk,
            "disk_short",
            $"The job needs about {Size(estimate.DiskBytes)} of disk; {Size(disk)} are free: free space, or ask for fewer outputs.");
    }

    private static long FreeSpace(string folder)
    {
        Directory.CreateDirectory(folder);
        return new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
    }

    internal static string Size(long bytes) => bytes switch
    {
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.0} GiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, bytes >> 20)} MiB"),
    };
}
