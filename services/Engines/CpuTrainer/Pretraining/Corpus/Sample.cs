namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus;

/// <summary>One question with the answer that the model should give.</summary>
internal sealed record Sample(SampleKind Kind, string Question, string Answer);
