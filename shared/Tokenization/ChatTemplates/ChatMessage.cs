namespace FineTunePipeline.Tokenization.ChatTemplates;

/// <summary>One message of a conversation as chat templates see it.</summary>
/// <param name="Role">Usually <c>system</c>, <c>user</c>, <c>assistant</c> or <c>tool</c>; the template decides what it accepts.</param>
/// <param name="Content">The text.</param>
public sealed record ChatMessage(string Role, string Content)
{
    /// <summary>
    /// Further keys of the message (<c>tool_calls</c>, <c>reasoning_content</c>, <c>name</c>); values as in <see cref="ChatTemplateInput.Variables"/>.
    /// </summary>
    public IReadOnlyDictionary<string, object?>? Fields { get; init; }
}
