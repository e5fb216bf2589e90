namespace FineTunePipeline.ModelFormats.Gguf;

/// <summary>Names and numbers of the output types.</summary>
public static class GgufTypeExtensions
{
    /// <summary>As people write it: f32, f16, bf16, q8_0.</summary>
    public static string Name(this GgufType type) => type.ToString().ToLowerInvariant();

    /// <summary>Reads f32, f16, bf16 or q8_0, in any case.</summary>
    public static bool TryParse(string text, out GgufType type) =>
        Enum.TryParse(text, ignoreCase: true, out type) && Enum.IsDefined(type) && !char.IsAsciiDigit(text[0]);

    internal static GgmlType TensorType(this GgufType type) => type switch
    {
        GgufType.F32 => GgmlType.F32,
        GgufType.F16 => GgmlType.F16,
        GgufType.BF16 => GgmlType.BF16,
        GgufType.Q8_0 => GgmlType.Q8_0,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    /// <summary>The value of <c>general.file_type</c>.</summary>
    internal static uint FileType(this GgufType type) => type switch
    {
        GgufType.F32 => 0,
        GgufType.F16 => 1,
        GgufType.Q8_0 => 7,
        GgufType.BF16 => 32,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };
}
