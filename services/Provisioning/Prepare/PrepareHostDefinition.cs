using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Provisioning.Prepare;

internal sealed class PrepareHostDefinition() : StageDefinition<PrepareHostConsumer>(Stage.Prepare);
