namespace FineTunePipeline.ModelTools.Llama;

/// <summary>Hears of one answer, in order, on the thread of the loop: it must not block.</summary>
internal interface IGenerationListener
{
    /// <summary>The next piece of text; never empty.</summary>
    void OnText(string text);

    /// <summary>Nothing comes after it.</summary>
    /// <param name="tokens">Generated tokens.</param>
    void OnFinished(FinishReason reason, int tokens);

    /// <summary>This answer failed; nothing comes after it.</summary>
    void OnFailed(Exception failure);
}
