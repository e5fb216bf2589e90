namespace FineTunePipeline.CpuTrainer.Arguments;

/// <summary>What a key's value must be.</summary>
internal enum ArgumentKind
{
    /// <summary>A text, or a list of texts that is joined by commas.</summary>
    Text,

    /// <summary>true or false.</summary>
    Flag,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>Any finite number.</summary>
    Number,
}
