using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Deployment.Data;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Deployment;

internal sealed class DeployModelDefinition() : StageDefinition<DeployModelConsumer, DeploymentDbContext>(Stage.Deploy);
