using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FineTunePipeline.Messaging.Health;

/// <summary>
/// A check of <c>/health/ready</c> that always answers: after <see cref="Limit"/> it says that the part does not. What hangs may hold its thread for ever, so a
/// look that is still under way is not begun a second time. A singleton.
/// </summary>
public abstract class ReadyCheck(TimeProvider time) : IHealthCheck
{
    /// <summary>Tag of the checks that <c>/health/ready</c> asks.</summary>
    public const string Tag = "finetune";

    /// <summary>Longest time of a look.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private Task<HealthCheckResult>? _look;

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            return await Look().WaitAsync(Limit, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return HealthCheckResult.Unhealthy($"It has not answered for {Limit.TotalSeconds:0} s.");
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Without the exception: the framework would log its stack trace at every probe.
            return HealthCheckResult.Unhealthy(exception.Message);
        }
    }

    /// <summary>Looks once. May block; what it throws is told as the reason.</summary>
    protected abstract Task<HealthCheckResult> LookAsync(CancellationToken cancellationToken);

    private Task<HealthCheckResult> Look()
    {
        lock (_gate)
        {
            return _look is { IsCompleted: false } ? _look : _look = Task.Run(() => LookAsync(CancellationToken.None));
        }
    }
}
