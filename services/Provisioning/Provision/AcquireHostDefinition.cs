using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Provisioning.Provision;

internal sealed class AcquireHostDefinition() : StageDefinition<AcquireHostConsumer>(Stage.Provision);
