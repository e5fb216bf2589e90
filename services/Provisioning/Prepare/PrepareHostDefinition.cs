using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Provisioning.Data;

namespace FineTunePipeline.Provisioning.Prepare;

internal sealed class PrepareHostDefinition() : StageDefinition<PrepareHostConsumer, ProvisioningDbContext>(Stage.Prepare);
