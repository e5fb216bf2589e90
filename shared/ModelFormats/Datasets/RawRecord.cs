namespace FineTunePipeline.ModelFormats.Datasets;

/// <summary>The bytes of one element, not yet parsed, or what is wrong at this place.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">Bytes before it on its line.</param>
/// <param name="Json">Valid until the next element is asked for.</param>
/// <param name="Problem">Null for an element.</param>
/// <param name="EndsReading">The rest of the file cannot be understood.</param>
internal readonly record struct RawRecord(long Line, long Column, ReadOnlyMemory<byte> Json, string? Problem = null, bool EndsReading = false);
