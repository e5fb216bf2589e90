namespace FineTunePipeline.Tokenization.ChatTemplates;

/// <summary>A chat template that cannot be read, fails while it renders, refuses the messages (<c>raise_exception</c>) or exceeds a limit.</summary>
public sealed class ChatTemplateException : Exception
{
    /// <summary>Creates the error for one line of a template; line 0 means that no line is known.</summary>
    public ChatTemplateException(string reason, int line, Exception? inner = null)
        : base(line > 0 ? $"Chat template, line {line}: {reason}" : $"Chat template: {reason}", inner)
    {
        Reason = reason;
        Line = line;
    }

    /// <summary>The text without the line; for <c>raise_exception</c> exactly what the template's author wrote.</summary>
    public string Reason { get; }

    /// <summary>Line in the template's source, from 1; 0 when unknown.</summary>
    public int Line { get; }
}
