using FineTunePipeline.Deployment.Data;
using FineTunePipeline.Deployment.Serving;
using FineTunePipeline.Hosts;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Deployment.Targets.Embedded;

/// <summary>Serves the model on this computer by <c>finetune-model serve</c>, which lives on when the service stops.</summary>
internal sealed class EmbeddedTarget(ServedModelTable table, ModelServers servers, ServedModels served, ChatProbe probe) : IDeploymentTarget
{
    public string Name => "embedded";

    public async Task<Deployed> DeployAsync(DeployRequest request, CancellationToken cancellationToken)
    {
        var model = await BeginAsync(request, cancellationToken);
        try
        {
            var engine = await servers.EngineVersionAsync(cancellationToken);
            var port = await servers.StartAsync(model, cancellationToken);
            var endpoint = servers.Endpoint(port);
            var proof = await probe.AskAsync(endpoint, request.ModelName, cancellationToken);
            var up = model with { State = ServedModelState.Up, Port = port, Failures = 0 };
            return await table.ReplaceAsync(model, up, cancellationToken)
                ? new Deployed { Endpoint = endpoint, EngineVersion = engine, Proof = proof }
                : throw StageException.Transient("deploy_overtaken", "The model server was stopped while it was being deployed.");
        }
        catch (StageException)
        {
            await served.StopAsync(request.JobId, request.Attempt, cancellationToken);
            throw;
        }
    }

    public Task RemoveAsync(DeployRequest request, CancellationToken cancellationToken) => served.StopAsync(request.JobId, request.Attempt, cancellationToken);

    /// <summary>The row with the intent: adopted from an earlier entry of this attempt, or new; what an older attempt left is ended.</summary>
    private async Task<ServedModel> BeginAsync(DeployRequest request, CancellationToken cancellationToken)
    {
        while (true)
        {
            var seen = await table.FindAsync(request.JobId, cancellationToken);
            if (seen is null)
            {
                var first = Row(request, generation: 1);
                if (await table.AddAsync(first, cancellationToken))
                {
                    return first;
                }

                continue;
            }

            if (seen.Attempt > request.Attempt)
            {
                throw StageException.Transient("deploy_overtaken", $"Attempt {seen.Attempt} of this job has taken over the model server.");
            }

            if (await IsOursAndAliveAsync(seen, request, cancellationToken))
            {
                return seen;
            }

            await servers.StopAsync(seen, cancellationToken);
            var next = Row(request, seen.Generation + 1);
            if (await table.ReplaceAsync(seen, next, cancellationToken))
            {
                return next;
            }
        }
    }

    /// <summary>Begun by this attempt and not dead; not even started yet is as good.</summary>
    private async Task<bool> IsOursAndAliveAsync(ServedModel seen, DeployRequest request, CancellationToken cancellationToken) =>
        seen.Attempt == request.Attempt && seen.State != ServedModelState.Stopped && seen.Sha256 == request.File.Artifact.Sha256
        && (await servers.LookAsync(seen, cancellationToken)).State is RunState.Running or RunState.None;

    private ServedModel Row(DeployRequest request, int generation) => new()
    {
        JobId = request.JobId,
        Attempt = request.Attempt,
        Generation = generation,
        State = ServedModelState.Starting,
        ModelName = request.ModelName,
        Sha256 = request.File.Artifact.Sha256,
        Port = request.Spec.Port,
        MachineId = servers.MachineId,
    };
}
