namespace FineTunePipeline.ModelFormats.Gguf.Conversion;

/// <summary>A tensor that config.json implies.</summary>
/// <param name="GgufName">Its name in the GGUF file.</param>
/// <param name="Shape">Outermost first.</param>
/// <param name="Required">False for what a model may have or not.</param>
internal sealed record ExpectedTensor(string GgufName, IReadOnlyList<long> Shape, bool Required);
