using FineTunePipeline.Messaging.Bus;
using MassTransit;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FineTunePipeline.Messaging.Health;

/// <summary>Is the bus connected, with all its endpoints? Asks MassTransit, and says what <see cref="BrokerConnection"/> told if it is not.</summary>
internal sealed class BrokerReady(IBusControl bus, BrokerFault told, TimeProvider time) : ReadyCheck(time)
{
    protected override Task<HealthCheckResult> LookAsync(CancellationToken cancellationToken)
    {
        var health = bus.CheckHealth();
        return Task.FromResult(health.Status == BusHealthStatus.Healthy
            ? HealthCheckResult.Healthy("The bus is connected.")
            : HealthCheckResult.Unhealthy(told.Text is { Length: > 0 } text ? text : $"The bus is not ready: {health.Description}"));
    }
}
