namespace FineTunePipeline.ModelTools.Llama;

/// <summary>Why an answer ended.</summary>
internal enum FinishReason
{
    /// <summary>The model ended it, or a stop text was met.</summary>
    Stop,

    /// <summary>As long as it was allowed to be, or the context is full.</summary>
    Length,
}
