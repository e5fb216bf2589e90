using System.Text.RegularExpressions;

namespace FineTunePipeline.Training.Trainers;

/// <summary>What to change, for what LLaMA-Factory says: its own last line names the cause, seldom the cure. Source: its recorded failures, and its users' reports, 2026-11.</summary>
internal static partial class Advice
{
    private static readonly (Regex Said, string Sentence)[] All =
    [
        (UnknownKeys(), "This LLaMA-Factory does not know them: take them out of llamafactory, or take a host with another version."),
        (WrongWord(), "Write one of these words, in quotes if it is no, yes, on or off."),
        (NoSamples(), "No record was of use to it: look at the roles and the columns of the data, and raise hyperparameters.cutoff_len."),
        (OtherStage(), "The data is described for another stage: set stage to the one that its dataset_info.json is for (ranking: true is dpo)."),
        (TooFewTexts(), "The texts do not fill one block of hyperparameters.cutoff_len tokens: lower it, add texts, or set packing: false under llamafactory."),
        (MissingColumn(), "A record of the data lacks this column: give the data's columns in a dataset_info.json beside it."),
        (NoTemplate(), "Set template to auto, or to a name that this version of LLaMA-Factory knows."),
        (NoTokenizer(), "The model's tokenizer cannot be read by this version of transformers: download it again, or take a host with a newer version."),
        (NoBf16(), "This host's cards cannot compute in bfloat16: set fp16: true under llamafactory, or take a newer card."),
        (MixedTypes(), "Trained layers and the others have different types: set bf16: true under llamafactory, or fp16: true on an older card."),
        (NoQuantization(), "quantization_bit needs bitsandbytes, and a card that it knows: install it on the host, or take quantization_bit out of llamafactory."),
        (NoFlashAttention(), "Set flash_attn: sdpa under llamafactory, or install flash-attn on the host."),
        (OtherVersions(), "The host's libraries do not go with its LLaMA-Factory: install what it names there, or set DISABLE_VERSION_CHECK=1 in LlamaFactory:Environment."),
        (NoKernel(), "The host's PyTorch was not built for its card: install a newer PyTorch there, or take another host."),
        (OldDriver(), "The host's driver is too old for its PyTorch: take another host, or an older PyTorch."),
    ];

    /// <summary>null: nothing is known of it.</summary>
    public static string? For(string message) => All.FirstOrDefault(each => each.Said.IsMatch(message)).Sentence;

    [GeneratedRegex("keys are not used by the HfArgumentParser")]
    private static partial Regex UnknownKeys();

    [GeneratedRegex("is not a valid (?:IntervalStrategy|SchedulerType|SaveStrategy|OptimizerNames)")]
    private static partial Regex WrongWord();

    [GeneratedRegex("corresponds to no data|Cannot find valid samples")]
    private static partial Regex NoSamples();

    [GeneratedRegex("not applicable in the current training stage")]
    private static partial Regex OtherStage();

    [GeneratedRegex("Cannot find sufficient samples")]
    private static partial Regex TooFewTexts();

    [GeneratedRegex("^'[^']{1,80}'$")]
    private static partial Regex MissingColumn();

    [GeneratedRegex("Template .* does not exist")]
    private static partial Regex NoTemplate();

    [GeneratedRegex("Failed to load tokenizer")]
    private static partial Regex NoTokenizer();

    [GeneratedRegex("doesn't support bf16|does not support bf16", RegexOptions.IgnoreCase)]
    private static partial Regex NoBf16();

    [GeneratedRegex("to have the same dtype")]
    private static partial Regex MixedTypes();

    [GeneratedRegex("bitsandbytes", RegexOptions.IgnoreCase)]
    private static partial Regex NoQuantization();

    [GeneratedRegex("flash.?attn|FlashAttention", RegexOptions.IgnoreCase)]
    private static partial Regex NoFlashAttention();

    [GeneratedRegex("is required for a normal functioning of this module")]
    private static partial Regex OtherVersions();

    [GeneratedRegex("no kernel image is available")]
    private static partial Regex NoKernel();

    [GeneratedRegex("driver version is insufficient|driver on your system is too old")]
    private static partial Regex OldDriver();
}
