using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;
using MassTransit;

namespace FineTunePipeline.Provisioning.Prepare;

internal sealed class PrepareHostConsumer(StageInbox<PrepareHost> inbox)
    : StageConsumer<PrepareHost>(inbox), IConsumer<PrepareHost>, IConsumer<CancelStage>;
