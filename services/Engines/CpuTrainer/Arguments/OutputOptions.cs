using FineTunePipeline.CpuTrainer.Results;

namespace FineTunePipeline.CpuTrainer.Arguments;

/// <summary>What is written, where and how often.</summary>
internal sealed record OutputOptions
{
    /// <summary>Absolute.</summary>
    public required string Folder { get; init; }

    public required bool Overwrite { get; init; }

    /// <summary>null: the newest complete checkpoint of <see cref="Folder"/>, if there is one.</summary>
    public string? ResumeFrom { get; init; }

    public required Interval Logging { get; init; }

    public required bool LogFirstStep { get; init; }

    public required Interval Saving { get; init; }

    public int? CheckpointLimit { get; init; }

    public required bool OnlyModel { get; init; }

    public required bool Plot { get; init; }

    public static OutputOptions From(ArgumentValues values) => new()
    {
        Folder = Path.GetFullPath(values.OptionalText("output_dir") ?? throw TrainerException.Value("Please provide `output_dir`.")),
        Overwrite = values.Flag("overwrite_output_dir"),
        ResumeFrom = values.OptionalText("resume_from_checkpoint"),
        Logging = Interval.From(values, "logging_strategy", "logging_steps"),
        LogFirstStep = values.Flag("logging_first_step"),
        Saving = Interval.From(values, "save_strategy", "save_steps"),
        CheckpointLimit = values.OptionalInteger("save_total_limit"),
        OnlyModel = values.Flag("save_only_model"),
        Plot = values.Flag("plot_loss"),
    };
}
