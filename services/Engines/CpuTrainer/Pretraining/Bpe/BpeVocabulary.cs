namespace FineTunePipeline.CpuTrainer.Pretraining.Bpe;

/// <summary>A trained tokenizer: its tokens by id, and the merges in the order in which they apply.</summary>
internal sealed record BpeVocabulary(IReadOnlyList<string> Tokens, IReadOnlyList<(string Left, string Right)> Merges);
