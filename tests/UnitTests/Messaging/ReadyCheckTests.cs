using FineTunePipeline.Messaging.Health;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FineTunePipeline.UnitTests.Messaging;

public sealed class ReadyCheckTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_part_that_hangs_is_told_after_the_limit_and_not_asked_a_second_time_meanwhile()
    {
        var hung = new TaskCompletionSource<HealthCheckResult>();
        var check = new Scripted(() => hung.Task, _time);
        var (first, second) = (check.CheckHealthAsync(new()), check.CheckHealthAsync(new()));

        _time.Advance(ReadyCheck.Limit);

        Assert.Equal("It has not answered for 3 s.", (await first).Description);
        Assert.Equal(HealthStatus.Unhealthy, (await second).Status);
        hung.SetResult(HealthCheckResult.Healthy("Awake."));
        Assert.Equal("Awake.", (await check.CheckHealthAsync(new())).Description);
        Assert.InRange(check.Looks, 1, 2);
    }

    [Fact]
    public async Task What_a_look_throws_is_the_reason() =>
        Assert.Equal("No more disk.", (await new Scripted(() => throw new IOException("No more disk."), _time).CheckHealthAsync(new())).Description);

    private sealed class Scripted(Func<Task<HealthCheckResult>> look, TimeProvider time) : ReadyCheck(time)
    {
        private int _looks;

        public int Looks => _looks;

        protected override Task<HealthCheckResult> LookAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _looks);
            return look();
        }
    }
}
