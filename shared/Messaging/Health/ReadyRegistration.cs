using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FineTunePipeline.Messaging.Health;

/// <summary>Adds checks to <c>/health/ready</c>.</summary>
public static class ReadyRegistration
{
    /// <param name="checks">The process's checks.</param>
    /// <param name="name">As the answer names it.</param>
    /// <typeparam name="T">Registered as a singleton.</typeparam>
    public static IHealthChecksBuilder AddReady<T>(this IHealthChecksBuilder checks, string name)
        where T : ReadyCheck =>
        checks.Add(new HealthCheckRegistration(name, provider => provider.GetRequiredService<T>(), failureStatus: null, [ReadyCheck.Tag]));
}
