using FineTunePipeline.CpuTrainer.Results;

namespace FineTunePipeline.CpuTrainer.Checkpoints;

/// <summary>Tokenizer and chat template of the base model, copied beside trained weights so that the folder can be used by itself.</summary>
internal sealed class ModelSideFiles(string modelFolder)
{
    private static readonly string[] Names =
    [
        "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt",
        "chat_template.jinja", "chat_template.json",
    ];

    public void CopyTo(string folder) => Copy(modelFolder, folder, Names);

    /// <summary>Copies those of the files that are there, with the rights of a new file: base models are often read-only.</summary>
    public static void Copy(string from, string to, IEnumerable<string> names)
    {
        foreach (var name in names.Where(name => File.Exists(Path.Combine(from, name))))
        {
            using var source = File.OpenRead(Path.Combine(from, name));
            DurableFile.Write(Path.Combine(to, name), source.CopyTo);
        }
    }
}
