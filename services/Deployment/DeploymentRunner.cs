using FineTunePipeline.Contracts.Deploy;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Deployment;

/// <summary>Chooses the file and lets the target make it usable.</summary>
internal sealed class DeploymentRunner(IEnumerable<IDeploymentTarget> targets, IArtifactStore store, TimeProvider time) : IStageRunner<DeployModel>
{
    public async Task<IStageEvent> RunAsync(DeployModel command, StageContext context, CancellationToken cancellationToken)
    {
        var started = time.GetUtcNow();
        var target = Find(command.Spec.Deploy.Target);
        var request = Request(command);
        var deployed = await target.DeployAsync(request, cancellationToken);
        var statement = await store.PutJsonAsync(
            new DeploymentStatement
            {
                JobId = command.JobId,
                Attempt = command.Attempt,
                StartedAt = started,
                EndedAt = time.GetUtcNow(),
                EngineVersion = deployed.EngineVersion,
                Target = target.Name,
                Type = request.File.Type,
                File = request.File.Artifact,
                ModelName = request.ModelName,
                Endpoint = deployed.Endpoint,
                Proof = deployed.Proof,
            },
            cancellationToken);
        return new ModelDeployed
        {
            JobId = command.JobId,
            Attempt = command.Attempt,
            Target = target.Name,
            Endpoint = deployed.Endpoint,
            ModelName = request.ModelName,
            Type = request.File.Type,
            Statement = statement,
        };
    }

    public async Task CancelAsync(DeployModel command, StageContext context, CancellationToken cancellationToken)
    {
        // A command that cannot be carried out has left nothing behind either.
        if (targets.FirstOrDefault(target => target.Name == command.Spec.Deploy.Target) is { } found && command.Converted.Gguf.Count > 0)
        {
            await found.RemoveAsync(Request(command, command.Converted.Gguf[0]), cancellationToken);
        }
    }

    private IDeploymentTarget Find(string name) => targets.FirstOrDefault(target => target.Name == name)
        ?? throw StageException.BadInput(
            "deploy_target", $"deploy.target: '{name}' is unknown; choose one of {string.Join(", ", targets.Select(target => target.Name))}.");

    private static DeployRequest Request(DeployModel command) => Request(command, FileChoice.Choose(command.Spec, command.Converted));

    private static DeployRequest Request(DeployModel command, Contracts.Convert.GgufOutput file) => new()
    {
        JobId = command.JobId,
        Attempt = command.Attempt,
        Spec = command.Spec.Deploy,
        File = file,
        ModelName = ModelName(file),
    };

    /// <summary>The name for people that the file carries, without its type.</summary>
    private static string ModelName(Contracts.Convert.GgufOutput file)
    {
        var name = Path.GetFileNameWithoutExtension(file.FileName);
        return name.EndsWith("-" + file.Type, StringComparison.Ordinal) ? name[..^(file.Type.Length + 1)] : name;
    }
}
