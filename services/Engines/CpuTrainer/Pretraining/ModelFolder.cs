using System.Text.Json;
using FineTunePipeline.CpuTrainer.Models;
using FineTunePipeline.CpuTrainer.Pretraining.Bpe;
using FineTunePipeline.CpuTrainer.Results;
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
        DurableFile.WriteText(Path.Combine(unfinished, "config.json"), ConfigJson(model.Config));
        DurableFile.WriteText(Path.Combine(unfinished, "generation_config.json"), TokenizerFiles.GenerationConfig());
        DurableFile.WriteText(Path.Combine(unfinished, "tokenizer.json"), TokenizerFiles.TokenizerJson(vocabulary));
        DurableFile.WriteText(Path.Combine(unfinished, "tokenizer_config.json"), TokenizerFiles.TokenizerConfig(model.Config.MaxPositions));
        DurableFile.WriteText(Path.Combine(unfinished, "chat_template.jinja"), TokenizerFiles.ChatTemplate);
        ModelWriter.WriteWeights(model, unfinished, ScalarType.BFloat16);
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
}
