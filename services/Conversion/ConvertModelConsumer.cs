using FineTunePipeline.Contracts.Convert;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;
using MassTransit;

namespace FineTunePipeline.Conversion;

internal sealed class ConvertModelConsumer(StageInbox<ConvertModel> inbox)
    : StageConsumer<ConvertModel>(inbox), IConsumer<ConvertModel>, IConsumer<CancelStage>;
