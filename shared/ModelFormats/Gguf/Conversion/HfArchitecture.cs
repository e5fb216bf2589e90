namespace FineTunePipeline.ModelFormats.Gguf.Conversion;

/// <summary>What differs between the supported architectures.</summary>
/// <param name="Name">In config.json's <c>architectures</c>.</param>
/// <param name="GgufName"><c>general.architecture</c>.</param>
/// <param name="PermuteRotary">Rows of query and key are reordered: Hugging Face rotates halves of a head, llama.cpp's llama rotates neighbours.</param>
/// <param name="QueryKeyNorm">Each layer has <c>q_norm</c> and <c>k_norm</c>.</param>
/// <param name="BiasAlways">Query, key and value have a bias whatever config.json says.</param>
/// <param name="Defaults">What config.json means when it leaves a key out. Source: transformers 5.12.1, configuration_*.py.</param>
internal sealed record HfArchitecture(string Name, string GgufName, bool PermuteRotary, bool QueryKeyNorm, bool BiasAlways, HfDefaults Defaults)
{
    private static readonly HfArchitecture[] All =
    [
        new("LlamaForCausalLM", "llama", PermuteRotary: true, QueryKeyNorm: false, BiasAlways: false,
            new HfDefaults(2048, KeyValueHeads: null, HeadSize: HeadSizeRule.Divide)),
        new("MistralForCausalLM", "llama", PermuteRotary: true, QueryKeyNorm: false, BiasAlways: false,
            new HfDefaults(131072, KeyValueHeads: 8, HeadSize: HeadSizeRule.Divide)),
        new("Qwen2ForCausalLM", "qwen2", PermuteRotary: false, QueryKeyNorm: false, BiasAlways: true,
            new HfDefaults(32768, KeyValueHeads: 32, HeadSize: HeadSizeRule.DivideUnwritten)),
        new("Qwen3ForCausalLM", "qwen3", PermuteRotary: false, QueryKeyNorm: true, BiasAlways: false,
            new HfDefaults(32768, KeyValueHeads: 32, HeadSize: HeadSizeRule.Fixed128)),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(architecture => architecture.Name)];

    public bool IsLlama => GgufName == "llama";

    public static HfArchitecture Find(string path, string? name) => All.FirstOrDefault(architecture => architecture.Name == name)
        ?? throw new InvalidModelFileException(path,
            $"the architecture {(name is null ? "is missing" : $"'{name}' is not supported")}; supported are {string.Join(", ", Names)}. "
            + "Choose a base model of one of these, or convert with llama.cpp's own convert_hf_to_gguf.py");
}
