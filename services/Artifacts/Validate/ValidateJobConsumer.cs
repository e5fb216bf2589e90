using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Validate;
using FineTunePipeline.Messaging.Stages;
using MassTransit;

namespace FineTunePipeline.Artifacts.Validate;

internal sealed class ValidateJobConsumer(StageInbox<ValidateJob> inbox)
    : StageConsumer<ValidateJob>(inbox), IConsumer<ValidateJob>, IConsumer<CancelStage>;
