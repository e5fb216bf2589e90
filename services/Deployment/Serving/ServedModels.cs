using FineTunePipeline.Deployment.Data;

namespace FineTunePipeline.Deployment.Serving;

/// <summary>Ends model servers: first the wish is written, so that nobody starts one again, then the process is ended.</summary>
internal sealed class ServedModels(ServedModelTable table, ModelServers servers) : IServedModels
{
    public Task StopAsync(string jobId, CancellationToken cancellationToken) => StopAsync(jobId, int.MaxValue, cancellationToken);

    /// <summary>Leaves the server alone if an attempt above <paramref name="attempt"/> has taken it over.</summary>
    public async Task StopAsync(string jobId, int attempt, CancellationToken cancellationToken)
    {
        while (await table.FindAsync(jobId, cancellationToken) is { } seen && seen.Attempt <= attempt && seen.MachineId == servers.MachineId)
        {
            var stopped = seen with { State = ServedModelState.Stopped };
            if (seen.State == ServedModelState.Stopped || await table.ReplaceAsync(seen, stopped, cancellationToken))
            {
                await servers.StopAsync(stopped, cancellationToken);
                await servers.RemoveFilesAsync(stopped, await IsSharedAsync(stopped, cancellationToken), cancellationToken);
                return;
            }
        }
    }

    private async Task<bool> IsSharedAsync(ServedModel model, CancellationToken cancellationToken) =>
        (await table.OfMachineAsync(servers.MachineId, cancellationToken)).Any(
            other => other.JobId != model.JobId && other.Sha256 == model.Sha256 && other.State != ServedModelState.Stopped);
}
