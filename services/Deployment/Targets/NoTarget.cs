namespace FineTunePipeline.Deployment.Targets;

/// <summary>The job wants its files and nothing else.</summary>
internal sealed class NoTarget : IDeploymentTarget
{
    public string Name => "none";

    public Task<Deployed> DeployAsync(DeployRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(new Deployed { Proof = "Nothing was deployed, as the job says." });

    public Task RemoveAsync(DeployRequest request, CancellationToken cancellationToken) => Task.CompletedTask;
}
