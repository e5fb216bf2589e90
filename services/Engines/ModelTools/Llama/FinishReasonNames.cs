namespace FineTunePipeline.ModelTools.Llama;

internal static class FinishReasonNames
{
    /// <summary>As OpenAI's API writes it.</summary>
    public static string Name(this FinishReason reason) => reason == FinishReason.Stop ? "stop" : "length";
}
