using System.ComponentModel;
using System.Text.Json;

namespace FineTunePipeline.Contracts.Jobs;

/// <summary>
/// What a person asks for: the content of <c>job.yaml</c>, and the body of a submit over HTTP. Only <see cref="Model"/> and
/// <see cref="Dataset"/> have no default. Keys are written in snake_case.
/// </summary>
public sealed record JobSpec
{
    /// <summary>As <see cref="Template"/>: the template that the model's own tokenizer carries.</summary>
    public const string AutoTemplate = "auto";

    [Description("A name for people; shown in lists. Default: the name of the dataset.")]
    public string? Name { get; init; }

    [Description("The base model: a folder in Hugging Face layout (relative to the job file), artifact:<sha256> of an uploaded one, or host:/folder of one that lies on the host.")]
    public required string Model { get; init; }

    [Description("The training data: one JSON or JSONL file, several separated by commas, or artifact:<sha256> of an uploaded data set.")]
    public required string Dataset { get; init; }

    [Description("Replacements for {{key}} in the data and the questions, as LLaMA-Factory's identity data has {{name}} and {{author}}.")]
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    [Description("What it learns from: sft is answers, pt plain text, dpo pairs of a better and a worse answer, kto answers marked as good or bad. All but sft need the trainer llamafactory.")]
    public TrainingStage Stage { get; init; } = TrainingStage.Sft;

    [Description("How the model is trained: lora is adapters beside it, full all its weights, freeze those of some layers (its last two, or what freeze_trainable_layers under llamafactory says). freeze needs the trainer llamafactory.")]
    public FineTuningMethod Method { get; init; } = FineTuningMethod.Lora;

    [Description("Chat template: auto takes the model's own; otherwise a LLaMA-Factory template name.")]
    public string Template { get; init; } = AutoTemplate;

    [Description("Training settings, with LLaMA-Factory's names.")]
    public Hyperparameters Hyperparameters { get; init; } = new();

    [Description("More of LLaMA-Factory's own keys, for the trainer llamafactory; those that the job has keys for stand there.")]
    public IReadOnlyDictionary<string, JsonElement> Llamafactory { get; init; } = new Dictionary<string, JsonElement>();

    [Description("What is asked before and after, and what the result must reach to be deployed.")]
    public EvaluationSpec Evaluation { get; init; } = new();

    [Description("Which files the job leaves.")]
    public OutputSpec Outputs { get; init; } = new();

    [Description("Where the result is deployed.")]
    public DeploySpec Deploy { get; init; } = new();

    [Description("Where the job trains.")]
    public ProviderSpec Provider { get; init; } = new();

    [Description("What the job may cost, and by when it must be done.")]
    public BudgetSpec Budget { get; init; } = new();
}
