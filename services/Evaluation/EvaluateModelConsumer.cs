using FineTunePipeline.Contracts.Evaluate;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;
using MassTransit;

namespace FineTunePipeline.Evaluation;

internal sealed class EvaluateModelConsumer(StageInbox<EvaluateModel> inbox)
    : StageConsumer<EvaluateModel>(inbox), IConsumer<EvaluateModel>, IConsumer<CancelStage>;
