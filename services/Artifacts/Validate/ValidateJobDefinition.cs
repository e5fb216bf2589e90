using FineTunePipeline.Artifacts.Data;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Artifacts.Validate;

internal sealed class ValidateJobDefinition() : StageDefinition<ValidateJobConsumer, ArtifactsDbContext>(Stage.Validate);
