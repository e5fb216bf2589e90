using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Evaluation;

internal sealed class EvaluateModelDefinition() : StageDefinition<EvaluateModelConsumer>(Stage.Evaluate);
