using FineTunePipeline.Contracts.Release;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;
using MassTransit;

namespace FineTunePipeline.Provisioning.Release;

internal sealed class ReleaseHostConsumer(StageInbox<ReleaseHost> inbox)
    : StageConsumer<ReleaseHost>(inbox), IConsumer<ReleaseHost>, IConsumer<CancelStage>;
