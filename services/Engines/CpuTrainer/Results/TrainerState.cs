using System.Text.Json;

namespace FineTunePipeline.CpuTrainer.Results;

/// <summary><c>trainer_state.json</c>: how far a training is and everything it logged. Written last into a checkpoint.</summary>
internal sealed record TrainerState
{
    public const string FileName = "trainer_state.json";

    private const int Indent = 2;

    public required int Step { get; init; }

    public required int TotalSteps { get; init; }

    public required double Epoch { get; init; }

    public required int Epochs { get; init; }

    public required double TotalFlos { get; init; }

    /// <summary>Micro-batch.</summary>
    public required int BatchSize { get; init; }

    public required object LoggingSteps { get; init; }

    public required object EvalSteps { get; init; }

    public required object SaveSteps { get; init; }

    public required IReadOnlyList<LogEntry> History { get; init; }

    public string ToJson() => PythonJson.Indented(
    [
        new("best_global_step", null),
        new("best_metric", null),
        new("best_model_checkpoint", null),
        new("epoch", Epoch),
        new("eval_steps", EvalSteps),
        new("global_step", Step),
        new("is_hyper_param_search", false),
        new("is_local_process_zero", true),
        new("is_world_process_zero", true),
        new("log_history", History.Select(entry => (object?)entry.Values).ToList()),
        new("logging_steps", LoggingSteps),
        new("max_steps", TotalSteps),
        new("num_input_tokens_seen", 0),
        new("num_train_epochs", Epochs),
        new("save_steps", SaveSteps),
        new("stateful_callbacks", Callbacks()),
        new("total_flos", TotalFlos),
        new("train_batch_size", BatchSize),
        new("trial_name", null),
        new("trial_params", null),
    ],
    Indent) + "\n";

    /// <summary>Step, FLOPs and history of a file that this trainer or LLaMA-Factory wrote.</summary>
    public static (int Step, double TotalFlos, IReadOnlyList<LogEntry> History) Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var root = document.RootElement;
        var history = root.GetProperty("log_history").EnumerateArray().Select(Entry).ToList();
        return (root.GetProperty("global_step").GetInt32(), root.GetProperty("total_flos").GetDouble(), history);
    }

    private static LogEntry Entry(JsonElement entry) =>
        LogEntry.Of(entry.GetProperty("step").GetInt32(), entry.EnumerateObject().Where(property => property.Name != "step").Select(Pair));

    private static KeyValuePair<string, object?> Pair(JsonProperty property) =>
        new(property.Name, property.Value.ValueKind == JsonValueKind.Number ? property.Value.GetDouble() : property.Value.ToString());

    private KeyValuePair<string, object?>[] Callbacks()
    {
        KeyValuePair<string, object?>[] flags =
        [
            new("should_epoch_stop", false),
            new("should_evaluate", false),
            new("should_log", false),
            new("should_save", true),
            new("should_training_stop", Step >= TotalSteps),
        ];
        KeyValuePair<string, object?>[] control = [new("args", flags), new("attributes", Array.Empty<KeyValuePair<string, object?>>())];
        return [new("TrainerControl", control)];
    }
}
