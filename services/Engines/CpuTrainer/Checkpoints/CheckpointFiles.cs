namespace FineTunePipeline.CpuTrainer.Checkpoints;

/// <summary>
/// The files of a <c>checkpoint-N</c> folder. They have LLaMA-Factory's names, so that whoever checks a checkpoint by its set of files needs to know only one set;
/// what is in the last four is ours, because their pickled Python objects can be written by Python alone:
/// <list type="table">
/// <item><term><c>adapter_model.safetensors</c>, <c>adapter_config.json</c></term><description>LoRA: PEFT's format, readable by anyone</description></item>
/// <item><term><c>model.safetensors</c>, <c>config.json</c></term><description>full: Hugging Face's format, float32</description></item>
/// <item><term><c>trainer_state.json</c></term><description>LLaMA-Factory's format; written last</description></item>
/// <item><term><c>optimizer.pt</c></term><description>safetensors: <c>first.NAME</c> and <c>second.NAME</c> for each trained tensor</description></item>
/// <item><term><c>rng_state.pth</c></term><description>safetensors: <c>torch</c>, the state of torch's generator on the CPU</description></item>
/// <item><term><c>scheduler.pt</c></term><description>JSON: <see cref="TrainingProgress"/></description></item>
/// <item><term><c>training_args.bin</c></term><description>JSON: the keys of the run</description></item>
/// </list>
/// </summary>
internal static class CheckpointFiles
{
    public const string AdapterWeights = "adapter_model.safetensors";
    public const string FullWeights = "model.safetensors";
    public const string Optimizer = "optimizer.pt";
    public const string Scheduler = "scheduler.pt";
    public const string Random = "rng_state.pth";
    public const string Arguments = "training_args.bin";

    private const string Prefix = "checkpoint-";
    private const string UnfinishedPrefix = "tmp-checkpoint-";

    public static string FolderOf(string outputFolder, int step) => Path.Combine(outputFolder, $"{Prefix}{step}");

    public static string UnfinishedFolderOf(string outputFolder, int step) => Path.Combine(outputFolder, $"{UnfinishedPrefix}{step}");

    /// <summary>Checkpoints of an output folder, newest first.</summary>
    public static IReadOnlyList<(int Step, string Folder)> List(string outputFolder) => !Directory.Exists(outputFolder)
        ? []
        : [.. Directory.EnumerateDirectories(outputFolder, Prefix + "*")
            .Select(folder => (Step: StepOf(folder), Folder: folder))
            .Where(pair => pair.Step >= 0)
            .OrderByDescending(pair => pair.Step)];

    /// <summary>Removes what a killed run was just writing.</summary>
    public static void RemoveUnfinished(string outputFolder)
    {
        foreach (var folder in Directory.EnumerateDirectories(outputFolder, UnfinishedPrefix + "*"))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int StepOf(string folder) =>
        int.TryParse(Path.GetFileName(folder)[Prefix.Length..], System.Globalization.NumberStyles.None, null, out var step) ? step : -1;
}
