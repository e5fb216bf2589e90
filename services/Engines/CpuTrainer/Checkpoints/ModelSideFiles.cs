namespace FineTunePipeline.CpuTrainer.Checkpoints;

/// <summary>Tokenizer and chat template of the base model, copied beside trained weights so that the folder can be used by itself.</summary>
internal sealed class ModelSideFiles(string modelFolder)
{
    private static readonly string[] Names =
    [
        "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt",
        "chat_template.jinja", "chat_template.json",
    ];

    public void CopyTo(string folder)
    {
        foreach (var name in Names)
        {
            var source = Path.Combine(modelFolder, name);
            if (File.Exists(source))
            {
                File.Copy(source, Path.Combine(folder, name), overwrite: true);
            }
        }
    }
}
