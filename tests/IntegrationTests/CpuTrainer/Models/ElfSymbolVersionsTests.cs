using System.Buffers.Binary;
using System.Text;
using FineTunePipeline.CpuTrainer.Torch;
using Xunit;

namespace FineTunePipeline.IntegrationTests.CpuTrainer.Models;

public sealed class ElfSymbolVersionsTests
{
    private const int Names = 0x100, Symbols = 0x180, Versions = 0x1e0, Needs = 0x200, Sections = 0x280;

    [Fact]
    public void The_version_and_its_symbols_become_weak_and_nothing_else_changes()
    {
        var library = Library();

        var relaxed = ElfSymbolVersions.Relax(library, "GLIBCXX_9.9");

        Assert.NotNull(relaxed);
        var changed = Enumerable.Range(0, library.Length).Where(i => library[i] != relaxed[i]).ToList();
        Assert.Equal([Symbols + 24 + 4, Needs + 32 + 4], changed);
        Assert.Equal(0x21, relaxed[Symbols + 24 + 4]); // weak object, was a global object
        Assert.Equal(2, relaxed[Needs + 32 + 4]); // VER_FLG_WEAK
    }

    [Fact]
    public void A_library_that_does_not_ask_for_the_version_is_left_alone()
    {
        Assert.Null(ElfSymbolVersions.Relax(Library(), "GLIBCXX_1.1"));
        Assert.Null(ElfSymbolVersions.Relax("#!/bin/sh\n"u8, "GLIBCXX_9.9"));
        Assert.Null(ElfSymbolVersions.Relax([], "GLIBCXX_9.9"));
    }

    [Fact]
    public void A_damaged_library_is_named_as_that()
    {
        var library = Library();
        BinaryPrimitives.WriteInt64LittleEndian(library.AsSpan(0x28), 1 << 20);
        Assert.Throws<InvalidDataException>(() => ElfSymbolVersions.Relax(library, "GLIBCXX_9.9"));
        Assert.Throws<InvalidDataException>(() => ElfSymbolVersions.Relax(Library().AsSpan(0, Sections + 100), "GLIBCXX_9.9"));
    }

    /// <summary>The least that a shared library has: names, three symbols with their versions, and one needed library with two needed versions.</summary>
    private static byte[] Library()
    {
        var bytes = new byte[Sections + 5 * 64];
        "\u007fELF"u8.CopyTo(bytes);
        (bytes[4], bytes[5]) = (2, 1);
        Put64(0x28, Sections);
        Put16(0x3A, 64);
        Put16(0x3C, 5);
        Encoding.ASCII.GetBytes("\0libx.so\0GLIBCXX_8.8\0GLIBCXX_9.9\0").CopyTo(bytes, Names);

        for (var symbol = 1; symbol < 4; symbol++)
            bytes[Symbols + (symbol * 24) + 4] = 0x11;
        foreach (var (symbol, version) in new[] { (0, 0), (1, 3), (2, 2), (3, 0) })
            Put16(Versions + (2 * symbol), version);

        Put16(Needs, 1);
        Put16(Needs + 2, 2); // versions of the library
        Put32(Needs + 4, 1);
        Put32(Needs + 8, 16); // to the first of them
        Need(Needs + 16, number: 2, name: 9, next: 16);
        Need(Needs + 32, number: 3, name: 21, next: 0);

        Section(1, type: 11, Symbols, 4 * 24, link: 4, info: 0);
        Section(2, type: 0x6fffffff, Versions, 8, link: 1, info: 0);
        Section(3, type: 0x6ffffffe, Needs, 48, link: 4, info: 1);
        Section(4, type: 3, Names, 0x40, link: 0, info: 0);
        return bytes;

        void Need(int at, int number, int name, int next)
        {
            Put16(at + 6, number);
            Put32(at + 8, (uint)name);
            Put32(at + 12, (uint)next);
        }

        void Section(int index, uint type, int offset, int size, int link, int info)
        {
            var at = Sections + (index * 64);
            Put32(at + 4, type);
            Put64(at + 24, offset);
            Put64(at + 32, size);
            Put32(at + 40, (uint)link);
            Put32(at + 44, (uint)info);
        }

        void Put16(int at, int value) => BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), (ushort)value);
        void Put32(int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), value);
        void Put64(int at, long value) => BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at), value);
    }
}
