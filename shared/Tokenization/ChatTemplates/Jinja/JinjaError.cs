namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>An error without a line; the evaluator adds the line and makes it a <see cref="ChatTemplateException"/>.</summary>
internal sealed class JinjaError(string message) : Exception(message);
