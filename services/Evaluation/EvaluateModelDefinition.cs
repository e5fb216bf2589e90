using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Evaluation.Data;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Evaluation;

internal sealed class EvaluateModelDefinition() : StageDefinition<EvaluateModelConsumer, EvaluationDbContext>(Stage.Evaluate);
