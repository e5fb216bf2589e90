using FineTunePipeline.Messaging.Health;
using FineTunePipeline.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FineTunePipeline.ServiceDefaults.Serving;

/// <summary>Can the artifact store take and give bytes?</summary>
internal sealed class StoreReady(IArtifactStore store, TimeProvider time) : ReadyCheck(time)
{
    protected override async Task<HealthCheckResult> LookAsync(CancellationToken cancellationToken) =>
        HealthCheckResult.Healthy(await store.ProbeAsync(cancellationToken));
}
