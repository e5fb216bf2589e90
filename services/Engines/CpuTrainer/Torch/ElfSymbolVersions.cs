using System.Buffers.Binary;

namespace FineTunePipeline.CpuTrainer.Torch;

/// <summary>
/// Edits the "which versions of which libraries do I need" table of a shared library in memory.
/// TorchSharp's bridge is built with GCC 13 and asks for one symbol of GLIBCXX_3.4.32 (a marker that &lt;iostream&gt; refers to and nothing calls).
/// The dynamic linker of Debian 12 and Ubuntu 22.04 refuses the whole file for it. Marked weak, a missing version is only a warning.
/// </summary>
internal static class ElfSymbolVersions
{
    private const uint SectionDynamicSymbols = 11;
    private const uint SectionVersionNeeds = 0x6ffffffe;
    private const uint SectionSymbolVersions = 0x6fffffff;
    private const int SymbolSize = 24;
    private const ushort FlagWeak = 2;
    private const byte BindingWeak = 2;

    /// <summary>A copy of <paramref name="library"/> in which <paramref name="version"/> may be absent, or null when the file does not ask for it (or is no 64-bit little-endian ELF file).</summary>
    public static byte[]? Relax(ReadOnlySpan<byte> library, string version)
    {
        if (library.Length < 64 || !library[..4].SequenceEqual("\u007fELF"u8) || library[4] != 2 || library[5] != 1)
            return null;

        var bytes = library.ToArray();
        try
        {
            return RelaxInPlace(bytes, version) ? bytes : null;
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or IndexOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException("The shared library's section table points outside the file: it is damaged; restore the NuGet package again.", e);
        }
    }

    private static bool RelaxInPlace(byte[] bytes, string version)
    {
        var sections = ReadSections(bytes);
        if (!TryFind(sections, SectionDynamicSymbols, out var symbols) ||
            !TryFind(sections, SectionVersionNeeds, out var needs) ||
            !TryFind(sections, SectionSymbolVersions, out var symbolVersions))
            return false;

        var index = MarkVersionWeak(bytes, needs, sections[checked((int)needs.Link)], version);
        if (index < 0)
            return false;

        for (var i = 0; i < symbols.Size / SymbolSize; i++)
        {
            if ((UInt16(bytes, symbolVersions.Offset + 2 * i) & 0x7fff) != index)
                continue;
            var info = symbols.Offset + i * SymbolSize + 4;
            bytes[info] = (byte)((bytes[info] & 0xf) | (BindingWeak << 4));
        }
        return true;
    }

    /// <summary>Two nested lists: needed libraries, and for each the versions needed of it. Returns the number by which symbols refer to the version.</summary>
    private static int MarkVersionWeak(byte[] bytes, Section needs, Section names, string version)
    {
        var library = needs.Offset;
        for (var i = 0; i < needs.Info; i++)
        {
            var need = checked(library + (int)UInt32(bytes, library + 8));
            for (var j = 0; j < UInt16(bytes, library + 2); j++)
            {
                if (NameAt(bytes, checked(names.Offset + (int)UInt32(bytes, need + 8))).SequenceEqual(System.Text.Encoding.ASCII.GetBytes(version)))
                {
                    bytes[need + 4] |= (byte)FlagWeak;
                    return UInt16(bytes, need + 6);
                }
                need = checked(need + (int)UInt32(bytes, need + 12));
            }
            library = checked(library + (int)UInt32(bytes, library + 12));
        }
        return -1;
    }

    private static List<Section> ReadSections(byte[] bytes)
    {
        var table = checked((int)UInt64(bytes, 0x28));
        int entrySize = UInt16(bytes, 0x3A), count = UInt16(bytes, 0x3C);
        var sections = new List<Section>(count);
        for (var i = 0; i < count; i++)
        {
            var at = checked(table + i * entrySize);
            sections.Add(new Section(
                UInt32(bytes, at + 4), checked((int)UInt64(bytes, at + 24)), checked((int)UInt64(bytes, at + 32)), UInt32(bytes, at + 40), UInt32(bytes, at + 44)));
        }
        return sections;
    }

    private static bool TryFind(List<Section> sections, uint type, out Section found)
    {
        found = sections.Find(s => s.Type == type);
        return found.Type == type;
    }

    private static ReadOnlySpan<byte> NameAt(byte[] bytes, int at)
    {
        var rest = bytes.AsSpan(at);
        var end = rest.IndexOf((byte)0);
        return end < 0 ? rest : rest[..end];
    }

    private static ushort UInt16(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at, 2));

    private static uint UInt32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at, 4));

    private static ulong UInt64(byte[] bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at, 8));

    private readonly record struct Section(uint Type, int Offset, int Size, uint Link, uint Info);
}
