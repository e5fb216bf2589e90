using FineTunePipeline.Contracts.Fetch;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;
using MassTransit;

namespace FineTunePipeline.Artifacts.Fetch;

internal sealed class FetchArtifactsConsumer(StageInbox<FetchArtifacts> inbox)
    : StageConsumer<FetchArtifacts>(inbox), IConsumer<FetchArtifacts>, IConsumer<CancelStage>;
