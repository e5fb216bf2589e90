using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Conversion.Data;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Conversion;

internal sealed class ConvertModelDefinition() : StageDefinition<ConvertModelConsumer, ConversionDbContext>(Stage.Convert);
