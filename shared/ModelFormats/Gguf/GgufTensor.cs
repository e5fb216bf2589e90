namespace FineTunePipeline.ModelFormats.Gguf;

/// <summary>Where one tensor lies in a GGUF file.</summary>
/// <param name="Name">For example <c>blk.0.attn_q.weight</c>.</param>
/// <param name="Type">How it is stored.</param>
/// <param name="Dimensions">Innermost (row length) first, as in the file: the reverse of a safetensors shape.</param>
/// <param name="Offset">Bytes from the start of the file.</param>
/// <param name="ByteLength">Without padding.</param>
public sealed record GgufTensor(string Name, GgmlType Type, IReadOnlyList<long> Dimensions, long Offset, long ByteLength);
