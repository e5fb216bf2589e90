using FineTunePipeline.Contracts.Convert;

namespace FineTunePipeline.Conversion;

/// <summary>A finished file, and what was odd about it.</summary>
/// <param name="Output">The file as the event names it.</param>
/// <param name="Answer">What it answered when it was loaded for the first time.</param>
/// <param name="Notes">Warnings of the writer; tensors that fell back to another type.</param>
internal sealed record ConvertedFile(GgufOutput Output, string? Answer, IReadOnlyList<string> Notes);
