using FineTunePipeline.CpuTrainer.Arguments;
using FineTunePipeline.CpuTrainer.Results;
using FineTunePipeline.ModelFormats;
using FineTunePipeline.ModelFormats.Safetensors;

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

        try
        {
            using var weights = SafetensorsFile.Open(Path.Combine(folder, weightsFile));
            return null;
        }
        catch (InvalidModelFileException exception)
        {
            return new TrainerException(
                "safetensors._safetensors_rust.SafetensorError", "Error while deserializing header: incomplete metadata, file not fully covered", exception.Message);
        }
    }
}
