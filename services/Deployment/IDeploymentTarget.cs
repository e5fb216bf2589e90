using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Deployment;

/// <summary>
/// A place where a finished model is made usable. One singleton per target; a new one is a folder under <c>Targets/</c> and a line in
/// <see cref="DeploymentTargets"/>.
/// </summary>
public interface IDeploymentTarget
{
    /// <summary>Word for <c>deploy.target</c> in a job file.</summary>
    string Name { get; }

    /// <summary>
    /// Makes the model usable and proves it. Entered again with the same request it adopts what it finds; a request with a higher attempt replaces what a
    /// lower one of the same job left.
    /// </summary>
    /// <exception cref="StageException">With what to change, or what may succeed when tried again.</exception>
    Task<Deployed> DeployAsync(DeployRequest request, CancellationToken cancellationToken);

    /// <summary>Takes back what this attempt made; repeatable, no error if there is nothing.</summary>
    Task RemoveAsync(DeployRequest request, CancellationToken cancellationToken);
}
