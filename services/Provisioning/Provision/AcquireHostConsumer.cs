using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;
using MassTransit;

namespace FineTunePipeline.Provisioning.Provision;

internal sealed class AcquireHostConsumer(StageInbox<AcquireHost> inbox)
    : StageConsumer<AcquireHost>(inbox), IConsumer<AcquireHost>, IConsumer<CancelStage>;
