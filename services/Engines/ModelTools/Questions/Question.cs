namespace FineTunePipeline.ModelTools.Questions;

/// <summary>One question.</summary>
/// <param name="Line">Where it stands in its file, from 1.</param>
internal sealed record Question(string Id, string Prompt, int Line);
