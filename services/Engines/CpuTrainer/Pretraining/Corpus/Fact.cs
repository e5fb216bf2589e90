namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus;

/// <summary>One thing that is true in the model's small world.</summary>
/// <param name="Subject">What is asked about: <c>cow</c>.</param>
/// <param name="Value">What the answer must name: <c>moo</c>.</param>
internal sealed record Fact(string Subject, string Value);
