using FineTunePipeline.Artifacts.Data;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Artifacts.Fetch;

internal sealed class FetchArtifactsDefinition() : StageDefinition<FetchArtifactsConsumer, ArtifactsDbContext>(Stage.Fetch);
