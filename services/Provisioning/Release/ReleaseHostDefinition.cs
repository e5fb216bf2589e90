using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Provisioning.Data;

namespace FineTunePipeline.Provisioning.Release;

internal sealed class ReleaseHostDefinition() : StageDefinition<ReleaseHostConsumer, ProvisioningDbContext>(Stage.Release);
