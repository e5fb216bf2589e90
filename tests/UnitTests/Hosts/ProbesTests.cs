using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Hosts.Probes;
using Xunit;

namespace FineTunePipeline.UnitTests.Hosts;

public sealed class ProbesTests
{
    [Theory]
    [InlineData("glibc 2.36\n", "2.36")]
    [InlineData("ldd (Debian GLIBC 2.36-9+deb12u14) 2.36\n", "2.36")]
    [InlineData("ldd (Ubuntu GLIBC 2.31-0ubuntu9.16) 2.31", "2.31")]
    [InlineData("ldd (GNU libc) 2.34\nCopyright (C) 2021 Free Software Foundation, Inc.\n", "2.34")]
    [InlineData("ld.so (Debian GLIBC 2.36-9+deb12u14) stable release version 2.36.\n", "2.36")]
    [InlineData("musl libc (x86_64)\nVersion 1.2.5\n", null)]
    [InlineData("ldd: not found", null)]
    [InlineData("", null)]
    public void Knows_which_glibc_a_host_has(string text, string? version) => Assert.Equal(version, GlibcReport.Version(text)?.ToString());

    [Fact]
    public void Reads_the_cards_of_a_host()
    {
        const string text = """
            NVIDIA GeForce RTX 4090, 24564, 24080, 550.90.07
            NVIDIA A100, PCIe, 40960, 40000, 550.90.07
            NVIDIA GH200, [N/A], [N/A], 550
            """;

        Assert.Equal(
            [
                new GraphicsCard("NVIDIA GeForce RTX 4090", 24564L << 20, 24080L << 20, "550.90.07"),
                new GraphicsCard("NVIDIA A100, PCIe", 40960L << 20, 40000L << 20, "550.90.07"),
            ],
            GraphicsCardReport.Cards(text));
    }

    [Theory]
    [InlineData("21811, 24564, 87\n", 1, 87, 21811, 24564)]
    [InlineData("100, 200, 50\n300, 400, 99\n", 2, 74, 400, 600)]
    [InlineData("100, 200, [N/A]\n300, 400, 99\n", 2, null, 400, 600)]
    [InlineData("[N/A], [N/A], 12\n", 1, 12, null, null)]
    [InlineData("100, 200, [Not Supported]\n", 1, null, 100, 200)]
    public void Reads_how_busy_the_cards_are(string text, int cards, int? percent, int? used, int? total) => Assert.Equal(
        new CardUse { Cards = cards, Percent = percent, UsedBytes = (long?)used << 20, TotalBytes = (long?)total << 20 }, GraphicsCardReport.Use(text));

    [Theory]
    [InlineData("")]
    [InlineData("[N/A], [N/A], [N/A]\n")]
    [InlineData("No devices were found\n")]
    [InlineData("Failed to initialize NVML: Driver/library version mismatch\n")]
    public void Cards_that_tell_nothing_are_none(string text) => Assert.Null(GraphicsCardReport.Use(text));

    [Fact]
    public void Reads_who_computes_on_the_cards() => Assert.Equal(
        ["1234 python (20480 MiB)", "77 /opt/a, b (memory unknown)"],
        GraphicsCardReport.Processes("1234, python, 20480\n77, /opt/a, b, [N/A]\nno running processes\n"));

    [Theory]
    [InlineData("1073741824\n524288000\n104857600\n", 1073741824 - 524288000 + 104857600)]
    [InlineData("1073741824\n524288000\n", 1073741824 - 524288000)]
    [InlineData("1073741824\n2073741824\n0\n", 0)]
    [InlineData("9223372036854771712\n524288000\n104857600\n", 9223372036854771712 - 524288000 + 104857600)]
    public void Knows_what_a_container_may_still_take(string text, long bytes) => Assert.Equal(bytes, ControlGroupReport.AvailableBytes(text));

    [Theory]
    [InlineData("max\n524288000\n104857600\n")]
    [InlineData("")]
    public void A_container_without_a_limit_may_take_all(string text) => Assert.Null(ControlGroupReport.AvailableBytes(text));
}
