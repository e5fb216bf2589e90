namespace FineTunePipeline.CpuTrainer.Arguments;

/// <summary>Which samples, and how they become tokens.</summary>
internal sealed record DataOptions
{
    public required string Folder { get; init; }

    public required IReadOnlyList<string> TrainSets { get; init; }

    public required IReadOnlyList<string> EvalSets { get; init; }

    public string? Template { get; init; }

    public required int Cutoff { get; init; }

    public int? MaxSamples { get; init; }

    public required bool TrainOnPrompt { get; init; }

    public required double ValSize { get; init; }

    public required bool Shuffle { get; init; }

    public required bool GroupByLength { get; init; }

    /// <summary>Seed of the order of the samples.</summary>
    public required int Seed { get; init; }

    public static DataOptions From(ArgumentValues values) => new()
    {
        Folder = values.Text("dataset_dir"),
        TrainSets = Names(values.OptionalText("dataset")),
        EvalSets = Names(values.OptionalText("eval_dataset")),
        Template = values.OptionalText("template"),
        Cutoff = values.Integer("cutoff_len"),
        MaxSamples = values.OptionalInteger("max_samples"),
        TrainOnPrompt = values.Flag("train_on_prompt"),
        ValSize = values.Number("val_size"),
        Shuffle = !values.Flag("disable_shuffling"),
        GroupByLength = values.Flag("group_by_length"),
        Seed = values.OptionalInteger("data_seed") ?? values.Integer("seed"),
    };

    private static string[] Names(string? list) =>
        list?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}
