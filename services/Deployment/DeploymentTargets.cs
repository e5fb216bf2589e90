using FineTunePipeline.Deployment.Targets;
using FineTunePipeline.Deployment.Targets.Embedded;
using FineTunePipeline.Deployment.Targets.Folder;
using Microsoft.Extensions.DependencyInjection;

namespace FineTunePipeline.Deployment;

/// <summary>The list of targets.</summary>
internal static class DeploymentTargets
{
    public static IServiceCollection AddDeploymentTargets(this IServiceCollection services) => services
        .AddSingleton<IDeploymentTarget, EmbeddedTarget>()
        .AddSingleton<IDeploymentTarget, FolderTarget>()
        .AddSingleton<IDeploymentTarget, NoTarget>();
}
