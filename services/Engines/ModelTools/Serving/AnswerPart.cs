using FineTunePipeline.ModelTools.Llama;

namespace FineTunePipeline.ModelTools.Serving;

/// <summary>A piece of text, or the end.</summary>
/// <param name="Reason">Set at the end.</param>
/// <param name="Tokens">Generated tokens, at the end.</param>
internal readonly record struct AnswerPart(string Text, FinishReason? Reason, int Tokens);
