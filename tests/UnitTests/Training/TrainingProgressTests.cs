using FineTunePipeline.Training.Watching;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FineTunePipeline.UnitTests.Training;

public sealed class TrainingProgressTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Knows_no_time_left_before_two_readings()
    {
        var progress = new TrainingProgress(0, _time);
        Assert.Null(progress.Remaining());
        progress.Add([Line(5)]);
        Assert.Null(progress.Remaining());
    }

    [Fact]
    public void Reckons_the_time_left_from_the_pace_that_it_saw()
    {
        var progress = new TrainingProgress(0, _time);
        progress.Add([Line(5)]);
        _time.Advance(TimeSpan.FromSeconds(20));
        progress.Add([Line(15)]);

        Assert.Equal(TimeSpan.FromSeconds(170), progress.Remaining());
    }

    [Fact]
    public void Forgets_an_old_pace()
    {
        var progress = new TrainingProgress(0, _time);
        for (var step = 1; step <= 60; step++)
        {
            progress.Add([Line(step)]);
            _time.Advance(TimeSpan.FromSeconds(step < 30 ? 100 : 1));
        }

        Assert.Equal(TimeSpan.FromSeconds(40), progress.Remaining());
    }

    [Fact]
    public void Does_not_go_back_when_a_resumed_training_writes_steps_again()
    {
        var progress = new TrainingProgress(20, _time);

        Assert.True(progress.Add([Line(25), Line(30)]));
        Assert.False(progress.Add([Line(25, 1.5)]));

        Assert.Equal(30, progress.Step);
        Assert.Equal(1.5, progress.Loss);
    }

    [Fact]
    public void Counts_losses_that_teach_nothing_only_in_a_row()
    {
        var progress = new TrainingProgress(0, _time);

        progress.Add([Line(1, 0), Line(2, double.NaN)]);
        Assert.Equal(2, progress.DeadLosses);
        progress.Add([Line(3, loss: null), Line(3, double.PositiveInfinity)]);
        Assert.Equal(3, progress.DeadLosses);
        progress.Add([Line(4, 0.1)]);
        Assert.Equal(0, progress.DeadLosses);
    }

    [Fact]
    public void Where_answers_are_compared_a_loss_of_zero_is_a_good_one()
    {
        var progress = new TrainingProgress(0, _time, zeroIsDead: false);

        progress.Add([Line(1, 0), Line(2, 0)]);
        Assert.Equal(0, progress.DeadLosses);
        progress.Add([Line(3, double.NaN)]);
        Assert.Equal(1, progress.DeadLosses);
    }

    private static TrainerLogLine Line(int step, double? loss = 2) => new() { Step = step, TotalSteps = 100, Loss = loss };
}
