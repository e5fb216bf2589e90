using FineTunePipeline.ModelFormats.Safetensors;
using Xunit;

namespace FineTunePipeline.IntegrationTests.ModelTools;

/// <summary>A model that works, but for one word: its embedding is not a number.</summary>
internal static class FailingModel
{
    /// <summary>A token of its own in the tokenizer of tiny-qwen3.</summary>
    public const string Word = "Who";
    private const int TokenOfWord = 751;
    private const string Embedding = "model.embed_tokens.weight";

    public static async Task<string> MakeAsync(TemporaryFolder folder)
    {
        var model = Directory.CreateDirectory(folder.File("failing")).FullName;
        foreach (var file in Directory.GetFiles(TestModels.Folder("tiny-qwen3")))
        {
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        }

        // Output weights of their own: else the damaged row would take part in every answer.
        var config = Path.Combine(model, "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"tie_word_embeddings\": true", "\"tie_word_embeddings\": false", StringComparison.Ordinal));
        Damage(TestModels.Folder("tiny-qwen3"), Path.Combine(model, "model.safetensors"));
        var target = folder.File("failing.gguf");
        var run = await ModelEngine.RunAsync("gguf", model, target, "f32");
        Assert.True(run.ExitCode == 0, run.Diagnostics);
        return target;
    }

    private static void Damage(string source, string target)
    {
        using var file = SafetensorsFile.Open(Path.Combine(source, "model.safetensors"));
        var tensors = file.Tensors.Values.ToDictionary(entry => entry.Name, entry => (Entry: entry, Bytes: file.Bytes(entry).ToArray()));
        var (entry, whole) = tensors[Embedding];
        var damaged = whole.ToArray();
        var rowBytes = damaged.Length / (int)entry.Shape[0];

        // All bits set is no number in every floating-point type.
        damaged.AsSpan(TokenOfWord * rowBytes, rowBytes).Fill(0xff);
        tensors[Embedding] = (entry, damaged);
        List<TensorToWrite> written = [.. tensors.Values.Select(tensor => Writing(tensor.Entry.Name, tensor.Entry, tensor.Bytes)), Writing("lm_head.weight", entry, whole)];
        SafetensorsWriter.Write(target, written);
    }

    private static TensorToWrite Writing(string name, TensorEntry entry, byte[] bytes) => new(name, entry.Type, entry.Shape, stream => stream.Write(bytes));
}
