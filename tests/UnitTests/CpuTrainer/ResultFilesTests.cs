using System.Text.Json;
using FineTunePipeline.CpuTrainer.Results;
using FineTunePipeline.TestKit;
using FineTunePipeline.TestKit.Storage;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FineTunePipeline.UnitTests.CpuTrainer;

public sealed class ResultFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Writes_log_lines_byte_for_byte_as_LLaMA_Factory_does()
    {
        var golden = File.ReadAllLines(EnginePath.TestData("llamafactory", "trainer_log.jsonl"));
        using (var log = new TrainerLog(_folder.At("log"), totalSteps: 102, firstStep: 0, _time))
        {
            _time.Advance(TimeSpan.FromSeconds(5.5));
            log.Loss(5, 7.678958892822266, 0.00036363636363636367, 0.14705882352941177);
            _time.Advance(TimeSpan.FromSeconds(20.4));
            log.EvalLoss(20, 7.069651126861572, 0.5882352941176471);
            _time.Advance(TimeSpan.FromSeconds(163.5));
            log.End(102, 3.0);
        }

        var written = File.ReadAllLines(_folder.At("log"));

        Assert.Equal(golden[0], written[0]);
        Assert.Equal(golden[4], written[1]);
        Assert.Equal(golden[^1], written[2]);
    }

    [Fact]
    public void Reckons_the_time_left_from_the_steps_of_this_run_alone()
    {
        using (var log = new TrainerLog(_folder.At("log"), totalSteps: 100, firstStep: 80, _time))
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            log.Loss(90, 1, 1e-3, 1);
        }

        Assert.Contains("\"elapsed_time\": \"0:00:10\", \"remaining_time\": \"0:00:10\"", File.ReadAllText(_folder.At("log")));
    }

    [Fact]
    public void Goes_on_in_a_new_line_after_a_line_that_a_killed_run_left_half_written()
    {
        var path = _folder.Write("log", "{\"current_steps\": 5}\n{\"curr");
        using (var log = new TrainerLog(path, 10, 5, _time))
        {
            log.End(10, 1.0);
        }

        var lines = File.ReadAllLines(path);
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("{\"current_steps\": 10", lines[2]);
    }

    [Fact]
    public void Writes_the_trainer_state_byte_for_byte_as_transformers_does()
    {
        var path = EnginePath.TestData("llamafactory", "trainer_state.json");
        var golden = File.ReadAllText(path);
        using var json = JsonDocument.Parse(golden);
        var (step, flos, history) = TrainerState.Read(path);

        var state = new TrainerState
        {
            Step = step,
            TotalSteps = 102,
            Epoch = 3.0,
            Epochs = 3,
            TotalFlos = flos,
            BatchSize = 4,
            LoggingSteps = 5L,
            EvalSteps = 20L,
            SaveSteps = 20L,
            History = history,
        };

        Assert.Equal(golden, state.ToJson());
    }

    [Fact]
    public void Writes_results_byte_for_byte_and_unites_them()
    {
        ResultFiles.Write(_folder.Path, "eval", [new("eval_loss", 6.5), new("epoch", 0)]);
        ResultFiles.Write(
            _folder.Path,
            "train",
            [
                new("train_runtime", 189.4543), new("train_samples_per_second", 4.275), new("train_steps_per_second", 0.538),
                new("train_loss", 6.5780662274828146), new("epoch", 3.0), new("total_flos", 219917451264.0),
            ]);

        Assert.Equal(File.ReadAllText(EnginePath.TestData("llamafactory", "train_results.json")), File.ReadAllText(_folder.At("train_results.json")));
        var all = File.ReadAllText(_folder.At("all_results.json"));
        Assert.Contains("\"eval_loss\": 6.5", all);
        Assert.Contains("\"epoch\": 3.0", all);
        Assert.Contains("\"epoch\": 0,", File.ReadAllText(_folder.At("eval_results.json")));
    }

    [Fact]
    public void Prints_metrics_as_a_table()
    {
        var table = MetricTable.Text("train", [new("epoch", 3.0), new("total_flos", 219917451264.0), new("train_loss", 6.5780662), new("train_runtime", 189.4543)]);

        Assert.Equal(
            """
            ***** train metrics *****
              epoch         =        3.0
              total_flos    =      204GF
              train_loss    =     6.5781
              train_runtime = 0:03:09.45
            """,
            table);
    }

    [Fact]
    public void Leaves_no_temporary_file_when_writing_fails()
    {
        Assert.Throws<InvalidOperationException>(() => DurableFile.Write(_folder.At("a"), _ => throw new InvalidOperationException()));

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    public void Dispose() => _folder.Dispose();
}
