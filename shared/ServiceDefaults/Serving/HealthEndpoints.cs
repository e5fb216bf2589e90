using FineTunePipeline.Messaging.Health;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FineTunePipeline.ServiceDefaults.Serving;

/// <summary>
/// <c>/health/live</c>: the process answers. <c>/health/ready</c>: broker, databases and artifact store answer, too; 503 if one does not. Each check has a time
/// limit of its own, so an answer always comes.
/// </summary>
internal static class HealthEndpoints
{
    public static void AddReadiness(this IServiceCollection services)
    {
        services.AddSingleton<StoreReady>();
        services.AddHealthChecks().AddReady<StoreReady>("store");
    }

    public static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(ReadyCheck.Tag), ResponseWriter = WriteAsync });
    }

    private static Task WriteAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(
        new
        {
            status = Word(report.Status),
            checks = report.Entries.Select(entry => new { name = entry.Key, status = Word(entry.Value.Status), text = entry.Value.Description ?? "" }),
        },
        context.RequestAborted);

    private static string Word(HealthStatus status) => status.ToString().ToLowerInvariant();
}
