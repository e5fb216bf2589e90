namespace FineTunePipeline.ModelFormats.Gguf.Vocabulary;

/// <summary>A field of a protocol buffer message: a number by value, bytes by place.</summary>
internal readonly record struct ProtocolField(int Number, int WireType, ulong Value, int Start, int Length)
{
    public const int VarintType = 0;
    public const int Fixed64Type = 1;
    public const int BytesType = 2;
    public const int Fixed32Type = 5;

    public bool IsVarint => WireType == VarintType;

    public bool IsBytes => WireType == BytesType;

    public bool IsFixed32 => WireType == Fixed32Type;
}
