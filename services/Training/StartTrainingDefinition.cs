using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Training.Data;

namespace FineTunePipeline.Training;

internal sealed class StartTrainingDefinition() : StageDefinition<StartTrainingConsumer, TrainingDbContext>(Stage.Train);
