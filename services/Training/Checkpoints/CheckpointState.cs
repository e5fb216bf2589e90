using System.Text.Json;
using System.Text.Json.Nodes;

namespace FineTunePipeline.Training.Checkpoints;

/// <summary>
/// A checkpoint's <c>trainer_state.json</c>. A trainer takes the micro-batch from there when it resumes; with the one of a job that was made to fit
/// into memory, the old value would double the global batch. Source: huggingface/transformers#43708, read 2026-11.
/// </summary>
internal sealed class CheckpointState
{
    private const string BatchSizeKey = "train_batch_size";
    private readonly JsonObject _state;

    private CheckpointState(JsonObject state) => _state = state;

    /// <summary>Optimizer steps of the whole training; null if the file does not say.</summary>
    public int? TotalSteps => _state["max_steps"] is JsonValue value && value.TryGetValue<int>(out var steps) && steps > 0 ? steps : null;

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

    /// <summary>The file with another micro-batch; null if it has that one, or none.</summary>
    public byte[]? WithBatchSize(int batchSize)
    {
        if (_state[BatchSizeKey] is not JsonValue value || (value.TryGetValue<int>(out var present) && present == batchSize))
        {
            return null;
        }

        _state[BatchSizeKey] = batchSize;
        return JsonSerializer.SerializeToUtf8Bytes(_state, new JsonSerializerOptions { WriteIndented = true });
    }
}
