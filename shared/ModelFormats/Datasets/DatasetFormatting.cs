namespace FineTunePipeline.ModelFormats.Datasets;

/// <summary>How a record is laid out.</summary>
public enum DatasetFormatting
{
    /// <summary>One column for each part: instruction, input, output.</summary>
    Alpaca,

    /// <summary>One column with a list of messages; OpenAI's layout is this with other tags.</summary>
    ShareGpt,
}
