using System.Buffers.Binary;
using System.Text.Json;
using FineTunePipeline.CpuTrainer.Arguments;
using FineTunePipeline.CpuTrainer.Results;

namespace FineTunePipeline.CpuTrainer.Checkpoints;

/// <summary>Decides from which checkpoint a training goes on.</summary>
internal static class ResumePoint
{
    /// <returns>A complete checkpoint folder; null to start at the beginning.</returns>
    /// <exception cref="TrainerException">The checkpoint asked for is not complete, or the folder holds another result.</exception>
    public static string? Find(OutputOptions options, string weightsFile, TrainerOutput output)
    {
        if (options.ResumeFrom is { } asked)
        {
            var folder = Path.GetFullPath(asked);
            return Fault(folder, weightsFile) is { } fault ? throw fault : folder;
        }

        if (options.Overwrite || !Directory.Exists(options.Folder))
        {
            return null;
        }

        var checkpoints = CheckpointFiles.List(options.Folder);
        foreach (var (_, folder) in checkpoints)
        {
            if (Fault(folder, weightsFile) is not { } fault)
            {
                output.Info("checkpoints", $"Resuming training from {folder}.");
                output.Info("checkpoints", "Change `output_dir` or use `overwrite_output_dir` to avoid.");
                return folder;
            }

            output.Warn("checkpoints", $"{folder} is not complete ({fault.Message}); trying an older one.");
        }

        string[] results = [CheckpointFiles.AdapterWeights, CheckpointFiles.FullWeights];
        return checkpoints.Count == 0 && results.Any(name => File.Exists(Path.Combine(options.Folder, name)))
            ? throw TrainerException.Value("Output directory already exists and is not empty. Please set `overwrite_output_dir`.")
            : null;
    }

    /// <summary>What keeps a folder from being resumed from; null if nothing does.</summary>
    public static TrainerException? Fault(string folder, string weightsFile)
    {
        string[] needed = [weightsFile, CheckpointFiles.Optimizer, CheckpointFiles.Scheduler, CheckpointFiles.Random, TrainerState.FileName];
        var missing = needed.Select(name => Path.Combine(folder, name)).FirstOrDefault(path => !File.Exists(path));
        if (missing is not null)
        {
            return new TrainerException("FileNotFoundError", $"[Errno 2] No such file or directory: '{missing}'");
        }

        return IsWhole(Path.Combine(folder, weightsFile))
            ? null
            : new TrainerException(
                "safetensors._safetensors_rust.SafetensorError",
                $"Error while deserializing header: incomplete metadata, file not fully covered: {Path.Combine(folder, weightsFile)}");
    }

    /// <summary>Whether a safetensors file is as long as its header says.</summary>
    private static bool IsWhole(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        if (file.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false) < prefix.Length)
        {
            return false;
        }

        var headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerBytes > (ulong)(file.Length - prefix.Length))
        {
            return false;
        }

        var header = new byte[headerBytes];
        file.ReadExactly(header);
        try
        {
            using var document = JsonDocument.Parse(header);
            var ends = document.RootElement.EnumerateObject()
                .Where(entry => entry.Name != "__metadata__")
                .Select(entry => entry.Value.GetProperty("data_offsets")[1].GetInt64());
            return file.Length - file.Position == ends.DefaultIfEmpty(0).Max();
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            return false;
        }
    }
}
