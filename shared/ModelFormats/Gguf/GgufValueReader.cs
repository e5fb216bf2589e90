namespace FineTunePipeline.ModelFormats.Gguf;

/// <summary>Reads one metadata value of any type.</summary>
internal static class GgufValueReader
{
    private const int MaxArrayDepth = 4;

    public static object Read(GgufBytes bytes, GgufValueType type, int depth = 0) => type switch
    {
        GgufValueType.UInt8 => bytes.UInt8(),
        GgufValueType.Int8 => (sbyte)bytes.UInt8(),
        GgufValueType.UInt16 => bytes.UInt16(),
        GgufValueType.Int16 => (short)bytes.UInt16(),
        GgufValueType.UInt32 => bytes.UInt32(),
        GgufValueType.Int32 => (int)bytes.UInt32(),
        GgufValueType.UInt64 => bytes.UInt64(),
        GgufValueType.Int64 => (long)bytes.UInt64(),
        GgufValueType.Float32 => BitConverter.UInt32BitsToSingle(bytes.UInt32()),
        GgufValueType.Float64 => BitConverter.UInt64BitsToDouble(bytes.UInt64()),
        GgufValueType.Bool => ReadBool(bytes),
        GgufValueType.String => bytes.LenientText(),
        GgufValueType.Array => ReadArray(bytes, depth + 1),
        _ => throw bytes.Invalid($"a metadata value has the unknown type {(uint)type}"),
    };

    private static object ReadArray(GgufBytes bytes, int depth)
    {
        if (depth > MaxArrayDepth)
        {
            throw bytes.Invalid($"metadata arrays are nested more than {MaxArrayDepth} deep");
        }

        var type = (GgufValueType)bytes.UInt32();
        var count = (int)bytes.Count("array elements", int.MaxValue, SmallestSize(bytes, type));
        return type switch
        {
            GgufValueType.UInt8 => Fill(new byte[count], bytes.UInt8),
            GgufValueType.Int8 => Fill(new sbyte[count], () => (sbyte)bytes.UInt8()),
            GgufValueType.UInt16 => Fill(new ushort[count], bytes.UInt16),
            GgufValueType.Int16 => Fill(new short[count], () => (short)bytes.UInt16()),
            GgufValueType.UInt32 => Fill(new uint[count], bytes.UInt32),
            GgufValueType.Int32 => Fill(new int[count], () => (int)bytes.UInt32()),
            GgufValueType.UInt64 => Fill(new ulong[count], bytes.UInt64),
            GgufValueType.Int64 => Fill(new long[count], () => (long)bytes.UInt64()),
            GgufValueType.Float32 => Fill(new float[count], () => BitConverter.UInt32BitsToSingle(bytes.UInt32())),
            GgufValueType.Float64 => Fill(new double[count], () => BitConverter.UInt64BitsToDouble(bytes.UInt64())),
            GgufValueType.Bool => Fill(new bool[count], () => ReadBool(bytes)),
            GgufValueType.String => Fill(new string[count], bytes.LenientText),
            _ => Fill(new object[count], () => Read(bytes, type, depth)),
        };
    }

    private static T[] Fill<T>(T[] array, Func<T> next)
    {
        for (var i = 0; i < array.Length; i++)
        {
            array[i] = next();
        }

        return array;
    }

    private static bool ReadBool(GgufBytes bytes) => bytes.UInt8() switch
    {
        0 => false,
        1 => true,
        var other => throw bytes.Invalid($"a metadata value is neither true nor false but {other}"),
    };

    private static int SmallestSize(GgufBytes bytes, GgufValueType type) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        GgufValueType.UInt64 or GgufValueType.Int64 or GgufValueType.Float64 or GgufValueType.String => 8,
        GgufValueType.Array => 12,
        _ => throw bytes.Invalid($"a metadata array has the unknown type {(uint)type}"),
    };
}
