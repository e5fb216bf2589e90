using System.Text.Json.Nodes;
using FineTunePipeline.ModelFormats.Safetensors;

namespace FineTunePipeline.UnitTests.Artifacts;

/// <summary>A model folder of a few hundred bytes that is right in every respect but its values.</summary>
internal static class TinyModel
{
    public const long Hidden = 8;
    public const long Vocabulary = 12;

    public static JsonObject Config() => new()
    {
        ["architectures"] = new JsonArray("LlamaForCausalLM"),
        ["model_type"] = "llama",
        ["rms_norm_eps"] = 1e-5,
        ["max_position_embeddings"] = 64,
        ["hidden_size"] = Hidden,
        ["intermediate_size"] = 16,
        ["num_hidden_layers"] = 1,
        ["num_attention_heads"] = 2,
        ["num_key_value_heads"] = 1,
        ["vocab_size"] = Vocabulary,
        ["tie_word_embeddings"] = true,
        ["torch_dtype"] = "float32",
    };

    public static string Write(string folder, JsonObject? config = null)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), (config ?? Config()).ToJsonString());
        File.WriteAllText(
            Path.Combine(folder, "tokenizer.json"),
            """
            {"model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []}, "added_tokens": [{"id": 11, "content": "<|end|>", "special": true}],
             "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true}}
            """);
        File.WriteAllText(Path.Combine(folder, "chat_template.jinja"), "{{ messages }}");
        WriteWeights(Path.Combine(folder, "model.safetensors"), Tensors());
        return folder;
    }

    public static void WriteWeights(string path, IEnumerable<(string Name, long[] Shape)> tensors) => SafetensorsWriter.Write(
        path, [.. tensors.Select(tensor => TensorToWrite.FromMemory(tensor.Name, TensorType.F32, tensor.Shape, new byte[4 * Elements(tensor.Shape)]))]);

    private static long Elements(long[] shape) => shape.Aggregate(1L, (left, right) => left * right);

    public static List<(string Name, long[] Shape)> Tensors() =>
    [
        ("model.embed_tokens.weight", [Vocabulary, Hidden]),
        ("model.layers.0.input_layernorm.weight", [Hidden]),
        ("model.layers.0.self_attn.q_proj.weight", [Hidden, Hidden]),
        ("model.layers.0.self_attn.k_proj.weight", [4, Hidden]),
        ("model.layers.0.self_attn.v_proj.weight", [4, Hidden]),
        ("model.layers.0.self_attn.o_proj.weight", [Hidden, Hidden]),
        ("model.layers.0.post_attention_layernorm.weight", [Hidden]),
        ("model.layers.0.mlp.gate_proj.weight", [16, Hidden]),
        ("model.layers.0.mlp.up_proj.weight", [16, Hidden]),
        ("model.layers.0.mlp.down_proj.weight", [Hidden, 16]),
        ("model.norm.weight", [Hidden]),
    ];
}
