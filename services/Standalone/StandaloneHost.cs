using FineTunePipeline.Artifacts;
using FineTunePipeline.Conversion;
using FineTunePipeline.Deployment;
using FineTunePipeline.Evaluation;
using FineTunePipeline.Gateway;
using FineTunePipeline.Messaging;
using FineTunePipeline.Orchestrator;
using FineTunePipeline.Provisioning;
using FineTunePipeline.ServiceDefaults.Serving;
using FineTunePipeline.Training;

namespace FineTunePipeline.Standalone;

/// <summary>The process that holds all services, or some, in the order a job flows through them.</summary>
internal static class StandaloneHost
{
    /// <summary>Every service there is.</summary>
    public static IReadOnlyList<IServiceModule> Modules { get; } =
    [
        new GatewayModule(),
        new OrchestratorModule(),
        new ArtifactsModule(),
        new ProvisioningModule(),
        new TrainingModule(),
        new EvaluationModule(),
        new ConversionModule(),
        new DeploymentModule(),
    ];

    public static ServicePlan Plan(string[] args) => new() { Modules = Modules, IsWhole = true, Arguments = args };
}
