using System.Text;
using CsCheck;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Ssh.Commands;
using FineTunePipeline.Hosts.Ssh.Runs;
using Xunit;

namespace FineTunePipeline.UnitTests.Hosts.Ssh;

/// <summary>What is made of the bytes that a host sends.</summary>
public sealed class OutputTests
{
    [Fact]
    public void Keeps_the_last_bytes_however_they_come() => Gen.Select(Gen.Int[1, 50], Gen.Byte.Array[0, 30].Array[0, 20]).Sample((capacity, pieces) =>
    {
        var tail = new TailBuffer(capacity);
        foreach (var piece in pieces)
        {
            tail.Append(piece);
        }

        Assert.Equal(pieces.SelectMany(piece => piece).TakeLast(capacity), tail.ToArray());
    });

    [Fact]
    public void Begins_a_cut_text_with_a_whole_character()
    {
        var tail = new TailBuffer(5);
        tail.Append(Encoding.UTF8.GetBytes("模型a"));

        Assert.Equal("型a", tail.ToString());
    }

    [Fact]
    public void Skips_noise_before_the_opening_however_it_comes() => Gen.Select(Gen.String[Gen.Char['a', 'f'], 0, 40], Gen.Int[1, 9]).Sample((noise, size) =>
    {
        var opening = new OutputOpening("0badcafe");
        var rest = new List<byte>();
        foreach (var piece in Encoding.ASCII.GetBytes(noise + "0badcafe 4711\nreal\n0badcafe\n").Chunk(size))
        {
            rest.AddRange(opening.Skip(piece));
        }

        Assert.Equal("4711", opening.Line);
        Assert.Equal("real\n0badcafe\n", Encoding.ASCII.GetString([.. rest]));
    });

    [Fact]
    public void Does_not_keep_noise_without_end()
    {
        var opening = new OutputOpening("0badcafe");
        for (var i = 0; i < 100; i++)
        {
            Assert.True(opening.Skip(new byte[10_000]).IsEmpty);
        }

        Assert.Equal("x", Encoding.ASCII.GetString(opening.Skip("0badcafe 1\nx"u8)));
        Assert.True(opening.Noise.Length < 80_000);
    }

    [Fact]
    public void Two_scripts_never_have_the_same_word_and_do_not_show_it_in_one_piece()
    {
        var (one, two) = (new RemoteScript("echo"), new RemoteScript("echo"));

        Assert.NotEqual(one.Word, two.Word);
        Assert.DoesNotContain(one.Word, one.CommandLine);
    }

    [Theory]
    [InlineData("none", RunState.None, null, null)]
    [InlineData("running 1764382502", RunState.Running, null, 1764382502L)]
    [InlineData("running -", RunState.Running, null, null)]
    [InlineData("exited 0 1764382502", RunState.Exited, 0, 1764382502L)]
    [InlineData("exited 137 -", RunState.Exited, 137, null)]
    [InlineData("vanished 0", RunState.Vanished, null, 0L)]
    public void Reads_the_supervisors_line(string line, RunState state, int? code, long? heartbeat)
    {
        Assert.True(RunLine.TryRead(line, out var look));
        Assert.Equal(new RunLook { State = state, ExitCode = code, Heartbeat = heartbeat is { } beat ? DateTimeOffset.FromUnixTimeSeconds(beat) : null }, look);
    }

    [Theory]
    [InlineData("")]
    [InlineData("exited")]
    [InlineData("exited 0")]
    [InlineData("exited -1 5")]
    [InlineData("exited x -")]
    [InlineData("running")]
    [InlineData("running soon")]
    [InlineData("running 99999999999999999")]
    [InlineData("none none")]
    [InlineData("Exited 0 5")]
    public void Takes_nothing_else_for_the_supervisors_line(string line) => Assert.False(RunLine.TryRead(line, out _));

    [Fact]
    public void The_supervisor_lies_under_a_name_with_its_digest() =>
        Assert.Matches("^/work/\\.finetune/supervise-[0-9a-f]{12}\\.sh$", SupervisorScript.PathIn("/work/"));
}
