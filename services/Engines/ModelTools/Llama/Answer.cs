using System.Text;

namespace FineTunePipeline.ModelTools.Llama;

/// <summary>An answer kept as a whole.</summary>
internal sealed class Answer : IGenerationListener
{
    private readonly StringBuilder _text = new();

    public string Text => _text.ToString();

    /// <summary>null while it goes on, and if it failed.</summary>
    public FinishReason? Reason { get; private set; }

    public Exception? Failure { get; private set; }

    public bool IsOver => Reason is not null || Failure is not null;

    public void OnText(string text) => _text.Append(text);

    public void OnFinished(FinishReason reason, int tokens) => Reason = reason;

    public void OnFailed(Exception failure) => Failure = failure;
}
