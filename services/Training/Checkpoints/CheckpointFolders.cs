using System.Globalization;
using FineTunePipeline.Hosts;

namespace FineTunePipeline.Training.Checkpoints;

/// <summary>Finds checkpoints among the files of an output folder.</summary>
internal static class CheckpointFolders
{
    private const string Prefix = "checkpoint-";

    /// <summary>Written last by LLaMA-Factory; without it the folder is one that is just being written, or was being written when the trainer was killed.</summary>
    public const string StateFile = "trainer_state.json";

    /// <summary>Steps of the complete checkpoints, ascending.</summary>
    public static IReadOnlyList<int> Complete(IEnumerable<HostFile> files) =>
    [
        .. files
            .Select(file => (Step: StepOf(file.Path), file.Path, file.Bytes))
            .Where(file => file.Step > 0)
            .GroupBy(file => file.Step, file => (Name: file.Path[(file.Path.IndexOf('/') + 1)..], file.Bytes))
            .Where(IsComplete)
            .Select(folder => folder.Key)
            .Order(),
    ];

    /// <summary>Is the file part of the result rather than of a checkpoint?</summary>
    public static bool IsResult(string path) => !path.Contains('/');

    /// <summary>Processes that wrote a checkpoint, one for each card: each leaves the state of its own random numbers. Source: transformers 5.12.1, read 2026-11.</summary>
    /// <param name="files">Of the checkpoint's folder.</param>
    public static int Processes(IEnumerable<string> files) =>
        Math.Max(1, files.Count(file => file.StartsWith("rng_state_", StringComparison.Ordinal) && file.EndsWith(".pth", StringComparison.Ordinal)));

    private static bool IsComplete(IEnumerable<(string Name, long Bytes)> files)
    {
        var names = files.Where(file => file.Bytes > 0).Select(file => file.Name).ToList();
        return names.Contains(StateFile) && names.Contains("optimizer.pt") && names.Contains("scheduler.pt")
            && names.Exists(name => name.StartsWith("rng_state", StringComparison.Ordinal))
            && names.Exists(name => name.EndsWith(".safetensors", StringComparison.Ordinal));
    }

    private static int StepOf(string path)
    {
        var slash = path.IndexOf('/');
        return slash > Prefix.Length && path.StartsWith(Prefix, StringComparison.Ordinal)
            && int.TryParse(path.AsSpan(Prefix.Length, slash - Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var step)
            ? step
            : 0;
    }
}
