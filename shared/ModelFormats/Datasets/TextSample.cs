namespace FineTunePipeline.ModelFormats.Datasets;

/// <summary>One text to learn, without roles.</summary>
/// <param name="Line">Line of the file where it begins, from 1.</param>
/// <param name="Text">Not blank.</param>
public sealed record TextSample(long Line, string Text) : DatasetRecord(Line);
