using FineTunePipeline.Provisioning.Pool;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FineTunePipeline.UnitTests.Provisioning;

/// <summary>When a silent host is given up, by what its provider says and by how long it lasted.</summary>
public sealed class HostSilenceTests
{
    private static readonly PoolOptions Options = new();
    private static readonly TimeSpan Probe = Options.ProbeEvery;
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(nameof(HostPower.Stopped))]
    [InlineData(nameof(HostPower.Gone))]
    public void A_host_that_has_ended_by_two_answers_is_lost_at_once_and_by_one_it_is_not(string power)
    {
        var once = Begin().With(Status(power), _time.GetTimestamp());
        Assert.False(IsLost(once));

        Assert.True(IsLost(once.With(Status(power), _time.GetTimestamp())));
        Assert.False(IsLost(once.With(Status(nameof(HostPower.Running)), _time.GetTimestamp()).With(Status(power), _time.GetTimestamp())));
    }

    [Fact]
    public void A_host_that_runs_is_not_lost_by_silence_before_the_longer_limit()
    {
        var silence = Asked(Begin(), nameof(HostPower.Running), Options.LostAlthoughRunningAfter - Probe);
        Assert.False(IsLost(silence));

        Assert.True(IsLost(Asked(silence, nameof(HostPower.Running), Probe)));
    }

    [Fact]
    public void An_answer_that_it_runs_is_a_sign_of_life_so_that_one_answer_that_does_not_come_takes_no_host_away()
    {
        var running = Asked(Begin(), nameof(HostPower.Running), Options.LostAfter * 2);

        var unknown = Asked(running, nameof(HostPower.Unknown), Options.LostAfter - Probe);
        Assert.False(IsLost(unknown));

        Assert.True(IsLost(Asked(unknown, nameof(HostPower.Unknown), Probe)));
    }

    [Fact]
    public void Where_nobody_knows_it_is_lost_after_its_silence_of_at_least_three_probes()
    {
        var silence = Begin().With(HostStatus.None, _time.GetTimestamp());
        _time.Advance(Options.LostAfter);
        silence = silence.With(HostStatus.None, _time.GetTimestamp());
        Assert.False(IsLost(silence));

        Assert.True(IsLost(silence.With(HostStatus.None, _time.GetTimestamp())));
    }

    [Fact]
    public void A_host_that_shall_have_powered_itself_off_is_off_unless_its_provider_says_that_it_runs()
    {
        Assert.True(IsLost(Asked(Begin(), nameof(HostPower.Unknown), Probe * 3), isOff: true));
        Assert.False(IsLost(Asked(Begin(), nameof(HostPower.Running), Probe * 3), isOff: true));
    }

    [Fact]
    public void A_longer_limit_that_is_shorter_than_the_other_counts_as_that()
    {
        var options = new PoolOptions { LostAlthoughRunningAfter = TimeSpan.FromMinutes(1) };

        Assert.False(Asked(Begin(), nameof(HostPower.Running), options.LostAfter - Probe).IsLost(isOff: false, options, _time));
        Assert.True(Asked(Begin(), nameof(HostPower.Running), options.LostAfter).IsLost(isOff: false, options, _time));
    }

    [Fact]
    public void Tells_what_is_wrong_in_one_line()
    {
        var unknown = Begin().With(new HostStatus(HostPower.Unknown, "Its status command ended with exit code 2."), _time.GetTimestamp());
        Assert.Equal("No contact: Refused. Its status command ended with exit code 2.", unknown.Fault("Refused."));
        Assert.Contains("says that it runs: its job waits", Asked(Begin(), nameof(HostPower.Running), Probe).Fault("Refused."), StringComparison.Ordinal);

        var gone = Asked(Begin(), nameof(HostPower.Gone), Probe);
        Assert.Equal("gpu-1 is gone, as its status command says, and gave no sign of life for 10 s: Refused.", gone.Reason("gpu-1", isOff: false, "Refused.", _time));
        var given = Asked(Begin(), nameof(HostPower.Running), Probe);
        Assert.Contains("It costs on: end it at whom you rent it from.", given.Reason("gpu-1", isOff: false, "Refused.", _time), StringComparison.Ordinal);
    }

    private static HostStatus Status(string power) => new(Enum.Parse<HostPower>(power));

    private HostSilence Begin() => new(_time.GetTimestamp());

    /// <summary>It is probed and asked for some time, and the last time at its end.</summary>
    private HostSilence Asked(HostSilence silence, string power, TimeSpan lasts)
    {
        for (var passed = TimeSpan.Zero; passed < lasts; passed += Probe)
        {
            _time.Advance(Probe);
            silence = silence.With(Status(power), _time.GetTimestamp());
        }

        return silence;
    }

    private bool IsLost(HostSilence silence, bool isOff = false) => silence.IsLost(isOff, Options, _time);
}
