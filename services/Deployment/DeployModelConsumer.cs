using FineTunePipeline.Contracts.Deploy;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;
using MassTransit;

namespace FineTunePipeline.Deployment;

internal sealed class DeployModelConsumer(StageInbox<DeployModel> inbox)
    : StageConsumer<DeployModel>(inbox), IConsumer<DeployModel>, IConsumer<CancelStage>;
