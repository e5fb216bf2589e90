using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Provisioning.Release;

internal sealed class ReleaseHostDefinition() : StageDefinition<ReleaseHostConsumer>(Stage.Release);
