using System.Text.Json;
using FineTunePipeline.CpuTrainer.Models;
using FineTunePipeline.CpuTrainer.Pretraining.Bpe;
using FineTunePipeline.ModelFormats.Safetensors;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Pretraining;

/// <summary>Writes the new model in Hugging Face's layout. The folder appears whole or not at all.</summary>
internal static class ModelFolder
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, NewLine = "\n" };

    public static void Write(string folder, CausalLm model, BpeVocabulary vocabulary)
    {
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var unfinished = target + ".unfinished";
        Directory.CreateDirectory(unfinished);
        WriteText(unfinished, "config.json", ConfigJson(model.Config));
        WriteText(unfinished, "generation_config.json", TokenizerFiles.GenerationConfig());
        WriteText(unfinished, "tokenizer.json", TokenizerFiles.TokenizerJson(vocabulary));
        WriteText(unfinished, "tokenizer_config.json", TokenizerFiles.TokenizerConfig(model.Config.MaxPositions));
        WriteText(unfinished, "chat_template.jinja", TokenizerFiles.ChatTemplate);
        SafetensorsWriter.Write(
            Path.Combine(unfinished, "model.safetensors"),
            [.. model.NamedParameters.Select(weight => TensorBytes.ToWrite(weight.Name, weight.Tensor, ScalarType.BFloat16))]);
        Directory.Move(unfinished, target);
    }

    private static string ConfigJson(ModelConfig config) => JsonSerializer.Serialize(
        new
        {
            architectures = new[] { "LlamaForCausalLM" },
            model_type = config.ModelType,
            vocab_size = config.VocabSize,
            hidden_size = config.HiddenSize,
            intermediate_size = config.IntermediateSize,
            num_hidden_layers = config.Layers,
            num_attention_heads = config.Heads,
            num_key_value_heads = config.KvHeads,
            head_dim = config.HeadDim,
            hidden_act = "silu",
            max_position_embeddings = config.MaxPositions,
            rms_norm_eps = config.RmsNormEps,
            rope_theta = config.RopeTheta,
            attention_bias = false,
            mlp_bias = false,
            attention_dropout = 0.0,
            initializer_range = config.InitializerRange,
            tie_word_embeddings = config.TieWordEmbeddings,
            bos_token_id = config.BosTokenId,
            eos_token_id = config.EosTokenIds[0],
            pad_token_id = config.PadTokenId,
            torch_dtype = config.DataType,
            use_cache = true,
        },
        Json) + "\n";

    private static void WriteText(string folder, string name, string content)
    {
        using var file = new FileStream(Path.Combine(folder, name), FileMode.Create, FileAccess.Write);
        file.Write(System.Text.Encoding.UTF8.GetBytes(content));
        file.Flush(flushToDisk: true);
    }
}
