using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Transfers;
using FineTunePipeline.TestKit.Hosts;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FineTunePipeline.UnitTests.Hosts.Transfers;

public sealed class TransferMeterTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RecordedProgress _progress = new();

    [Fact]
    public void Reports_at_most_four_times_a_second_and_at_the_end()
    {
        var meter = new TransferMeter(1000, _progress, _time);
        for (var i = 0; i < 100; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            meter.Sent(10);
            meter.Done(10);
        }

        meter.End();

        Assert.Equal(5, _progress.Reports.Count);
        Assert.Equal(new TransferProgress(1000, 1000, 1000, 1000), _progress.Last);
    }

    [Fact]
    public void Tells_what_was_there_from_what_was_sent()
    {
        var meter = new TransferMeter(100, _progress, _time);
        meter.Done(60);
        meter.Sent(40);
        meter.Sent(10);
        meter.Done(40);
        _time.Advance(TimeSpan.FromSeconds(2));
        meter.End();

        Assert.Equal(new TransferProgress(100, 100, 50, 25), _progress.Last);
    }

    [Fact]
    public void Works_without_a_listener() => new TransferMeter(1, null, _time).End();
}
