using System.Buffers.Binary;
using System.Text;

namespace FineTunePipeline.ModelFormats.Gguf;

/// <summary>Reads the primitive parts of a GGUF header, never beyond the file and never more of it than a header can sensibly have.</summary>
internal sealed class GgufBytes(string path, Stream stream)
{
    // The largest known vocabularies (260,000 tokens, 500,000 merges) take 20 MB.
    private const long MaxHeaderBytes = 128L << 20;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly UTF8Encoding LenientUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: false);

    public long Length { get; } = stream.Length;

    public long Position { get; private set; }

    /// <summary>Bytes that may still be read.</summary>
    public long Left => Math.Min(Length, MaxHeaderBytes) - Position;

    public void Read(Span<byte> destination)
    {
        if (destination.Length > Left || stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false) < destination.Length)
        {
            throw Invalid(Position + destination.Length > Length
                ? "it ends inside of its header; it is cut off"
                : $"its header is larger than {MaxHeaderBytes >> 20} MB");
        }

        Position += destination.Length;
    }

    public byte UInt8()
    {
        Span<byte> bytes = stackalloc byte[1];
        Read(bytes);
        return bytes[0];
    }

    public ushort UInt16()
    {
        Span<byte> bytes = stackalloc byte[2];
        Read(bytes);
        return BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    public uint UInt32()
    {
        Span<byte> bytes = stackalloc byte[4];
        Read(bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    public ulong UInt64()
    {
        Span<byte> bytes = stackalloc byte[8];
        Read(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    /// <summary>A count that is possible with the bytes that are left.</summary>
    public long Count(string what, long max, int bytesEach)
    {
        var count = UInt64();
        return count <= (ulong)max && count <= (ulong)(Left / bytesEach)
            ? (long)count
            : throw Invalid($"it claims {count} {what}, more than fit; it is cut off or damaged");
    }

    /// <summary>A text that must be valid UTF-8: names, keys.</summary>
    public string Text(long maxBytes)
    {
        var bytes = TextBytes(maxBytes);
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Invalid("a name in its header is not valid UTF-8");
        }
    }

    /// <summary>A text that may hold pieces of characters, as byte tokens do.</summary>
    public string LenientText() => LenientUtf8.GetString(TextBytes(MaxHeaderBytes));

    public InvalidModelFileException Invalid(string what) => new(path, $"{what} (byte {Position}); download or convert the model again");

    private byte[] TextBytes(long maxBytes)
    {
        var length = UInt64();
        if (length > (ulong)maxBytes || length > (ulong)Left)
        {
            throw Invalid($"a text in its header claims {length} bytes, but at most {Math.Min(maxBytes, Left)} are possible");
        }

        var bytes = new byte[length];
        Read(bytes);
        return bytes;
    }
}
