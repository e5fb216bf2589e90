using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Hosts;
using FineTunePipeline.TestKit.Hosts;
using FineTunePipeline.TestKit.Stages;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FineTunePipeline.UnitTests.Training;

/// <summary>How busy the cards are stands beside the progress, and never in its way.</summary>
public sealed class TrainingCardsTests : IDisposable
{
    private const string Question = "--query-gpu=memory.used,memory.total,utilization.gpu";

    private readonly TrainingBench _bench = new();
    private readonly RecordedClaim _claim = new(TrainingJob.Id);

    [Fact]
    public async Task Is_told_with_the_progress_and_asked_every_15_seconds()
    {
        var asked = 0;
        _bench.Host.On(Question, call =>
        {
            Assert.Equal(("nvidia-smi", "/opt/bin", TimeSpan.FromSeconds(5)), (call.Command.FileName, call.Command.Environment["PATH"], call.Command.TimeLimit));
            return ScriptedRun.Done($"{++asked}, 100, 50\n{asked}, 100, 100");
        });
        _bench.Then([_bench.Silence, .. Enumerable.Range(1, 60).Select(step => (Action)(() => _bench.Log(step))), () => _bench.Finish(61)]);

        await _bench.RunAsync(OnCards(2), _claim);

        // A look each second: the first asks, and then every 15th.
        Assert.Equal(5, asked);
        var told = _claim.Events<TrainingProgressed>();
        Assert.All(told, progress => Assert.Equal((2, 75, 200L << 20), (progress.Cards!.Cards, progress.Cards.Percent, progress.Cards.TotalBytes)));
        Assert.Equal([2L << 20, 4L << 20, 6L << 20, 8L << 20, 10L << 20], told.Select(progress => progress.Cards!.UsedBytes!.Value).Distinct());

        // A step each second, of 4 x 8 samples on each of two cards.
        Assert.Equal(64, told[^1].SamplesPerSecond!.Value, 0.001);
    }

    [Fact]
    public async Task A_driver_that_says_nothing_is_asked_less_and_less_often_and_the_training_ends_well()
    {
        var asked = 0;
        _bench.Host.On(Question, _ => ++asked % 2 == 0 ? throw new TimeoutException("It hangs.") : ScriptedRun.Failed(9, "NVIDIA-SMI has failed"));
        _bench.Then([_bench.Silence, .. Enumerable.Range(1, 300).Select(step => (Action)(() => _bench.Log(step, total: 300))), () => _bench.Finish(300)]);

        Assert.IsType<TrainingCompleted>(await _bench.RunAsync(OnCards(1), _claim));

        // After 30, 60, 120, … seconds.
        Assert.Equal(4, asked);
        Assert.All(_claim.Events<TrainingProgressed>(), progress => Assert.Null(progress.Cards));
        Assert.Equal(4, _bench.WatchLog.Of(LogLevel.Debug).Count(line => line.Contains("how busy the cards are is not told", StringComparison.Ordinal)));
        Assert.Empty(_bench.WatchLog.Of(LogLevel.Warning));
    }

    [Fact]
    public async Task A_driver_that_speaks_again_is_listened_to_as_before()
    {
        var asked = 0;
        _bench.Host.On(Question, _ => ++asked == 1 ? ScriptedRun.Done("[N/A], [N/A], [N/A]") : ScriptedRun.Done("[N/A], 100, 7"));
        _bench.Then([_bench.Silence, .. Enumerable.Range(1, 50).Select(step => (Action)(() => _bench.Log(step))), () => _bench.Finish()]);

        await _bench.RunAsync(OnCards(1), _claim);

        // At once, after 30 seconds, after 15.
        Assert.Equal(3, asked);
        Assert.Equal(new CardUse { Cards = 1, Percent = 7, TotalBytes = 100L << 20 }, _claim.Events<TrainingProgressed>()[^1].Cards);
    }

    [Fact]
    public async Task Without_cards_nobody_is_asked()
    {
        _bench.Then(_bench.Silence, () => _bench.Log(10), () => _bench.Finish());

        await _bench.RunAsync(OnCards(0), _claim);

        Assert.DoesNotContain(_bench.Host.Calls, call => call.Command.FileName == "nvidia-smi");
    }

    public void Dispose() => _bench.Dispose();

    private static StartTraining OnCards(int cards)
    {
        var command = TrainingJob.Command();
        return command with
        {
            Spec = command.Spec with { Provider = new ProviderSpec { Name = "ssh", Trainer = TrainerNames.LlamaFactory } },
            Prepared = command.Prepared with
            {
                Trainer = new TrainerProgram { FileName = "/tool", Environment = new Dictionary<string, string> { ["PATH"] = "/opt/bin" }, Cards = cards },
            },
        };
    }
}
