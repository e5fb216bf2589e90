using System.Text;
using FineTunePipeline.Artifacts.Datasets;
using Xunit;

namespace FineTunePipeline.UnitTests.Artifacts;

public sealed class PlaceholderStreamTests
{
    private static readonly Dictionary<string, string> Variables = new() { ["name"] = "Ada", ["author"] = "Forge \"Lab\" 星" };

    [Theory]
    [InlineData("I am {{name}}.", "I am Ada.")]
    [InlineData("{{name}}{{name}}", "AdaAda")]
    [InlineData("{{author}}", "Forge \\\"Lab\\\" 星")]
    [InlineData("{{{name}}}", "{Ada}")]
    [InlineData("{{ name }} {{", "{{ name }} {{")]
    [InlineData("{{unknown}} {{name}}", "{{unknown}} Ada")]
    [InlineData("{", "{")]
    [InlineData("", "")]
    [InlineData("{{}}{{name", "{{}}{{name")]
    [InlineData("\uFEFF[{{name}}]", "[Ada]")]
    public async Task Fills_in_what_it_knows(string text, string expected)
    {
        Assert.Equal(expected, await ReadAsync(text, int.MaxValue));
        Assert.Equal(expected, await ReadAsync(text, 1));
        Assert.Equal(expected, await ReadAsync(text, 7));
    }

    [Fact]
    public async Task Fills_in_across_the_borders_of_its_buffer()
    {
        for (var shift = 0; shift < 12; shift++)
        {
            var padding = new string('x', 65_536 - shift);
            Assert.Equal(padding + "Ada!" + padding + "Ada", await ReadAsync(padding + "{{name}}!" + padding + "{{name}}", int.MaxValue));
        }
    }

    [Fact]
    public async Task Remembers_keys_without_a_value()
    {
        await using var stream = new PlaceholderStream(new MemoryStream("{{town}} {{name}} {{town}} {{a b}}"u8.ToArray()), Variables);
        await stream.CopyToAsync(Stream.Null);

        Assert.Equal(["town"], stream.Unknown);
    }

    private static async Task<string> ReadAsync(string text, int bytesAtOnce)
    {
        await using var stream = new PlaceholderStream(new Slow(Encoding.UTF8.GetBytes(text), bytesAtOnce), Variables);
        using var read = new MemoryStream();
        await stream.CopyToAsync(read);
        return Encoding.UTF8.GetString(read.ToArray());
    }

    /// <summary>Gives a few bytes at once, as a network does.</summary>
    private sealed class Slow(byte[] bytes, int atOnce) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, atOnce)], cancellationToken);
    }
}
