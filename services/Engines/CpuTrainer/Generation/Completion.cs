namespace FineTunePipeline.CpuTrainer.Generation;

/// <summary>What was generated for one prompt.</summary>
/// <param name="Ids">the answer's tokens, without the stop token</param>
/// <param name="Stopped">ended by a stop token; false when the limit of tokens or positions ended it</param>
internal sealed record Completion(IReadOnlyList<int> Ids, bool Stopped);
