using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FineTunePipeline.Training.Checkpoints;

/// <summary>
/// A checkpoint's <c>trainer_state.json</c>. A trainer takes the micro-batch from there when it resumes; with the one of a job that was made to fit
/// into memory, the old value would double the global batch. Source: huggingface/transformers#43708, read 2026-11.
/// It also says which checkpoint was the best so far, by an absolute path, which is of the host and the attempt that wrote it; a trainer that finds nothing
/// there ends with its last weights, and only warns. Source: transformers 5.12.1, read and run 2026-11.
/// </summary>
internal sealed class CheckpointState
{
    /// <summary>A longer one is none.</summary>
    public const int LargestBytes = 64 << 20;

    private const string BatchSizeKey = "train_batch_size";
    private const string BestFolderKey = "best_model_checkpoint";
    private const string FolderPrefix = "/checkpoint-";
    private readonly JsonObject _state;

    private CheckpointState(JsonObject state) => _state = state;

    /// <summary>Optimizer steps of the whole training; null if the file does not say.</summary>
    public int? TotalSteps => Positive("max_steps");

    /// <summary>Optimizer steps done; null if the file does not say.</summary>
    public int? Step => Positive("global_step");

    /// <summary>Step of the best checkpoint so far; null if none was looked for. Before transformers 4.50 it stands in the path alone.</summary>
    public int? BestStep => Positive("best_global_step") ?? StepOf(BestFolder);

    /// <summary>What made it the best: its evaluation loss.</summary>
    public double? BestLoss => _state["best_metric"] is JsonValue value && value.TryGetValue<double>(out var loss) ? loss : null;

    private string? BestFolder => _state[BestFolderKey] is JsonValue value && value.TryGetValue<string>(out var folder) ? folder : null;

    /// <summary>Reads the file; null if it is not JSON (a Python NaN in the history makes it so) and must be left as it is.</summary>
    public static CheckpointState? Read(byte[] bytes)
    {
        try
        {
            return JsonNode.Parse(bytes) is JsonObject state ? new CheckpointState(state) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The file with another micro-batch, and with the folder in which the best checkpoint is now; null if it says so already.</summary>
    /// <param name="bestFolder">Absolute; null leaves what is there.</param>
    public byte[]? Fitted(int batchSize, string? bestFolder = null)
    {
        var changes = _state[BatchSizeKey] is JsonValue value && (!value.TryGetValue<int>(out var present) || present != batchSize);
        if (changes)
        {
            _state[BatchSizeKey] = batchSize;
        }

        if (bestFolder is not null && BestFolder != bestFolder)
        {
            (_state[BestFolderKey], changes) = (bestFolder, true);
        }

        return changes ? JsonSerializer.SerializeToUtf8Bytes(_state, new JsonSerializerOptions { WriteIndented = true }) : null;
    }

    private int? Positive(string key) => _state[key] is JsonValue value && value.TryGetValue<int>(out var number) && number > 0 ? number : null;

    private static int? StepOf(string? folder)
    {
        var at = folder?.LastIndexOf(FolderPrefix, StringComparison.Ordinal) ?? -1;
        return at >= 0 && int.TryParse(folder.AsSpan(at + FolderPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : null;
    }
}
