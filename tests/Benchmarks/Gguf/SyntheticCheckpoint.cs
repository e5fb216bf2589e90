using System.Runtime.InteropServices;
using System.Text.Json;
using FineTunePipeline.ModelFormats.Safetensors;

namespace FineTunePipeline.Benchmarks.Gguf;

/// <summary>A checkpoint with the shapes of Qwen2-0.5B (988 MB in bf16) and random weights of the usual spread.</summary>
internal static class SyntheticCheckpoint
{
    private const int Hidden = 896;
    private const int Intermediate = 4864;
    private const int Heads = 14;
    private const int KeyValueHeads = 2;
    private const int Vocabulary = 151936;
    private const int HeadSize = Hidden / Heads;

    public static void Make(string folder, int layers)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), JsonSerializer.Serialize(new
        {
            architectures = new[] { "Qwen2ForCausalLM" },
            model_type = "qwen2",
            hidden_act = "silu",
            hidden_size = Hidden,
            intermediate_size = Intermediate,
            num_hidden_layers = layers,
            num_attention_heads = Heads,
            num_key_value_heads = KeyValueHeads,
            vocab_size = Vocabulary,
            max_position_embeddings = 32768,
            rms_norm_eps = 1e-6,
            rope_theta = 1000000.0,
            tie_word_embeddings = true,
            bos_token_id = SyntheticTokenizer.FirstSpecialId,
            eos_token_id = SyntheticTokenizer.FirstSpecialId + 2,
        }));
        SyntheticTokenizer.Write(folder);
        var weights = new RandomWeights();
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), [.. Shapes(layers).Select(tensor => weights.Tensor(tensor.Name, tensor.Shape))]);
    }

    private static IEnumerable<(string Name, long[] Shape)> Shapes(int layers)
    {
        yield return ("model.embed_tokens.weight", [Vocabulary, Hidden]);
        yield return ("model.norm.weight", [Hidden]);
        for (var layer = 0; layer < layers; layer++)
        {
            var prefix = $"model.layers.{layer}.";
            yield return (prefix + "input_layernorm.weight", [Hidden]);
            yield return (prefix + "post_attention_layernorm.weight", [Hidden]);
            yield return (prefix + "mlp.gate_proj.weight", [Intermediate, Hidden]);
            yield return (prefix + "mlp.up_proj.weight", [Intermediate, Hidden]);
            yield return (prefix + "mlp.down_proj.weight", [Hidden, Intermediate]);
            yield return (prefix + "self_attn.o_proj.weight", [Hidden, Hidden]);
            foreach (var (name, rows) in new[] { ("q", Heads), ("k", KeyValueHeads), ("v", KeyValueHeads) })
            {
                yield return ($"{prefix}self_attn.{name}_proj.weight", [rows * HeadSize, Hidden]);
                yield return ($"{prefix}self_attn.{name}_proj.bias", [rows * HeadSize]);
            }
        }
    }

    /// <summary>Picks from a table of normally distributed numbers, because drawing half a billion of them would take longer than the benchmark.</summary>
    private sealed class RandomWeights
    {
        private const double Spread = 0.02;
        private readonly ushort[] _table = new ushort[1 << 16];
        private readonly Random _random = new(42);

        public RandomWeights()
        {
            for (var i = 0; i < _table.Length; i++)
            {
                var normal = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
                _table[i] = (ushort)(BitConverter.SingleToUInt32Bits((float)(normal * Spread)) >> 16);
            }
        }

        public TensorToWrite Tensor(string name, long[] shape) => new(name, TensorType.BF16, shape, stream =>
        {
            var left = shape.Aggregate(1L, (product, size) => product * size);
            var picks = new ushort[1 << 19];
            while (left > 0)
            {
                var piece = picks.AsSpan(0, (int)Math.Min(picks.Length, left));
                _random.NextBytes(MemoryMarshal.AsBytes(piece));
                foreach (ref var pick in piece)
                {
                    pick = _table[pick];
                }

                stream.Write(MemoryMarshal.AsBytes(piece));
                left -= piece.Length;
            }
        });
    }
}
