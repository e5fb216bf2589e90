namespace FineTunePipeline.ModelFormats.Datasets;

/// <summary>What the records of a data set are, and so which training can learn from them.</summary>
public enum DatasetKind
{
    /// <summary>Conversations whose answers are learnt.</summary>
    Chats,

    /// <summary>Conversations with a better and a worse last answer.</summary>
    Pairs,

    /// <summary>Conversations whose last answer is marked as good or bad.</summary>
    Marked,

    /// <summary>Plain texts.</summary>
    Texts,
}
