using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Deployment;

internal sealed class DeployModelDefinition() : StageDefinition<DeployModelConsumer>(Stage.Deploy);
