using System.Globalization;

namespace FineTunePipeline.ModelFormats.Gguf;

/// <summary>One metadata value of a GGUF file.</summary>
/// <param name="Type">As in the file.</param>
/// <param name="Value">A number of the .NET type of the same name, a bool, a string, or an array of those (nested arrays as <c>object[]</c>).</param>
public sealed record GgufValue(GgufValueType Type, object Value)
{
    /// <summary>The text; null when the value is none.</summary>
    public string? AsText() => Value as string;

    /// <summary>The texts of a string array; null when the value is none.</summary>
    public IReadOnlyList<string>? AsTexts() => Value as string[];

    /// <summary>A whole number of any width; null when the value is none or too large.</summary>
    public long? AsInteger() => Value switch
    {
        byte or sbyte or ushort or short or uint or int or long => Convert.ToInt64(Value, CultureInfo.InvariantCulture),
        ulong number when number <= long.MaxValue => (long)number,
        _ => null,
    };

    /// <summary>A number of any type; null when the value is none.</summary>
    public double? AsNumber() => Value is float or double ? Convert.ToDouble(Value, CultureInfo.InvariantCulture) : AsInteger();
}
