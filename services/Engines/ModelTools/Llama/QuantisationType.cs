using LLama.Native;

namespace FineTunePipeline.ModelTools.Llama;

/// <summary>A type that a GGUF file can be quantised to.</summary>
/// <param name="Name">As users write it.</param>
/// <param name="Native">llama.cpp's number for it.</param>
internal sealed record QuantisationType(string Name, LLamaFtype Native);
