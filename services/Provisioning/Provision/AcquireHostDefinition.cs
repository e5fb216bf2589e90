using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Provisioning.Data;

namespace FineTunePipeline.Provisioning.Provision;

internal sealed class AcquireHostDefinition() : StageDefinition<AcquireHostConsumer, ProvisioningDbContext>(Stage.Provision);
