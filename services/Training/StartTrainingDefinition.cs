using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Training;

internal sealed class StartTrainingDefinition() : StageDefinition<StartTrainingConsumer>(Stage.Train);
