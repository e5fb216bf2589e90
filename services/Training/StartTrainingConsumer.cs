using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Messaging.Stages;
using MassTransit;

namespace FineTunePipeline.Training;

internal sealed class StartTrainingConsumer(StageInbox<StartTraining> inbox)
    : StageConsumer<StartTraining>(inbox), IConsumer<StartTraining>, IConsumer<CancelStage>;
