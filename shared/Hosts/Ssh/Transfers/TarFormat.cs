using System.Globalization;
using System.Text;

namespace FineTunePipeline.Hosts.Ssh.Transfers;

/// <summary>
/// As much of tar as a pack needs: files, under names of any length, as GNU tar and busybox both read them. Written here because .NET's GNU entries hold access
/// times, which busybox takes for the beginning of a name.
/// </summary>
internal static class TarFormat
{
    private const int BlockBytes = 512;
    private const int NameBytes = 100;
    private const string FileMode = "0000644\0";
    private const string AnyTime = "07033241600\0";
    private const string GnuMagic = "ustar  \0";

    /// <summary>Two empty blocks.</summary>
    public static ReadOnlyMemory<byte> End { get; } = new byte[2 * BlockBytes];

    /// <summary>What comes before the content of a file: a header, and before it the name where that is too long for one.</summary>
    public static byte[] Header(string name, long bytes)
    {
        var encoded = Encoding.UTF8.GetBytes(name);
        if (encoded.Length < NameBytes)
        {
            return Block(encoded, bytes, '0');
        }

        return [.. Block(Encoding.ASCII.GetBytes("././@LongLink"), encoded.Length + 1, 'L'), .. encoded, .. new byte[1 + Padding(encoded.Length + 1)], .. Block(encoded[..NameBytes], bytes, '0')];
    }

    /// <summary>How many zero bytes follow a content.</summary>
    public static int Padding(long bytes) => (int)((BlockBytes - (bytes % BlockBytes)) % BlockBytes);

    private static byte[] Block(byte[] name, long bytes, char type)
    {
        var block = new byte[BlockBytes];
        name.CopyTo(block, 0);
        Put(block, 100, FileMode);
        Put(block, 108, "0000000\0");
        Put(block, 116, "0000000\0");
        Put(block, 124, Octal(bytes, 11) + "\0");
        Put(block, 136, AnyTime);
        Put(block, 148, "        ");
        block[156] = (byte)type;
        Put(block, 257, GnuMagic);

        // The sum of all bytes, with spaces where it stands itself.
        Put(block, 148, Octal(block.Sum(value => (long)value), 6) + "\0 ");
        return block;
    }

    private static void Put(byte[] block, int at, string text) => Encoding.ASCII.GetBytes(text, block.AsSpan(at));

    private static string Octal(long number, int digits) => Convert.ToString(number, 8).PadLeft(digits, '0') is var text && text.Length <= digits
        ? text
        : throw new ArgumentOutOfRangeException(nameof(number), string.Create(CultureInfo.InvariantCulture, $"{number} is too much for {digits} octal digits."));
}
