using FineTunePipeline.TestKit;
using FineTunePipeline.TestKit.Hosts;
using FineTunePipeline.Training.Watching;
using Xunit;

namespace FineTunePipeline.UnitTests.Training;

public sealed class TrainerLogReaderTests
{
    private const string Path = "/out/trainer_log.jsonl";
    private readonly ScriptedHost _host = new();

    [Fact]
    public async Task Reads_what_the_real_trainer_wrote()
    {
        _host.Files[Path] = await File.ReadAllBytesAsync(EnginePath.TestData("llamafactory", "trainer_log.jsonl"));

        var lines = await new TrainerLogReader(_host, Path).ReadNewAsync(default);

        Assert.Equal((5, 102, 7.678958892822266, 0.00036363636363636367), (lines[0].Step, lines[0].TotalSteps, lines[0].Loss, lines[0].LearningRate));
        Assert.Contains(lines, line => line.EvalLoss is not null && line.Loss is null);
        Assert.Equal((102, null, null), (lines[^1].Step, lines[^1].Loss, lines[^1].EvalLoss));
    }

    [Fact]
    public async Task Waits_for_the_other_half_of_a_line_and_reads_nothing_twice()
    {
        var reader = new TrainerLogReader(_host, Path);
        _host.Write(Path, Line(1) + "\n{\"current_st");
        Assert.Equal([1], await StepsAsync(reader));
        Assert.Empty(await StepsAsync(reader));

        _host.Write(Path, _host.Text(Path) + "eps\":2,\"total_steps\":9}\n" + Line(3));
        Assert.Equal([2], await StepsAsync(reader));

        _host.Write(Path, _host.Text(Path) + "\n");
        Assert.Equal([3], await StepsAsync(reader));
    }

    [Fact]
    public async Task Reads_letters_that_were_cut_in_two()
    {
        var text = Line(1).Replace("}", ",\"note\":\"训练\"}") + "\n";
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        var reader = new TrainerLogReader(_host, Path);
        for (var length = 1; length < bytes.Length; length++)
        {
            _host.Files[Path] = bytes[..length];
            Assert.Empty(await StepsAsync(reader));
        }

        _host.Files[Path] = bytes;
        Assert.Equal([1], await StepsAsync(reader));
    }

    [Fact]
    public async Task Takes_the_numbers_that_are_no_numbers_as_Python_writes_them()
    {
        _host.Write(Path, """{"current_steps": 4, "total_steps": 9, "loss": NaN, "lr": 0.1, "epoch": -Infinity}""" + "\n");

        var line = Assert.Single(await new TrainerLogReader(_host, Path).ReadNewAsync(default));

        Assert.True(double.IsNaN(line.Loss!.Value));
        Assert.Equal(double.NegativeInfinity, line.Epoch);
    }

    [Fact]
    public async Task Leaves_out_lines_that_are_no_log()
    {
        _host.Write(Path, "garbage\n\n[]\n{}\n{\"current_steps\":\"x\",\"total_steps\":9}\n" + Line(7) + "\n");

        Assert.Equal([7], await StepsAsync(new TrainerLogReader(_host, Path)));
    }

    [Fact]
    public async Task Reads_a_log_that_is_longer_than_one_reading()
    {
        _host.Write(Path, string.Concat(Enumerable.Range(1, 5000).Select(step => Line(step) + "\n")));

        Assert.Equal(Enumerable.Range(1, 5000), await StepsAsync(new TrainerLogReader(_host, Path)));
    }

    [Fact]
    public async Task Drops_a_line_without_end_instead_of_keeping_it_for_ever()
    {
        var reader = new TrainerLogReader(_host, Path);
        _host.Write(Path, new string('x', 3 << 20));
        Assert.Empty(await StepsAsync(reader));

        _host.Write(Path, _host.Text(Path) + "\n" + Line(8) + "\n");
        Assert.Equal([8], await StepsAsync(reader));
    }

    [Fact]
    public async Task Finds_nothing_before_there_is_a_log() => Assert.Empty(await StepsAsync(new TrainerLogReader(_host, Path)));

    private static string Line(int step) => $$"""{"current_steps":{{step}},"total_steps":9}""";

    private static async Task<IEnumerable<int>> StepsAsync(TrainerLogReader reader) => (await reader.ReadNewAsync(default)).Select(line => line.Step);
}
