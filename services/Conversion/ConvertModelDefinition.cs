using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Conversion;

internal sealed class ConvertModelDefinition() : StageDefinition<ConvertModelConsumer>(Stage.Convert);
