using FineTunePipeline.Contracts.Convert;
using FineTunePipeline.Contracts.Evaluate;
using FineTunePipeline.Contracts.Fetch;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Release;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Contracts.Validate;
using FineTunePipeline.Messaging.Stages;
using MassTransit;

namespace FineTunePipeline.Benchmarks.Saga;

internal sealed class IdleValidate(StageInbox<ValidateJob> inbox) : StageConsumer<ValidateJob>(inbox), IConsumer<ValidateJob>, IConsumer<CancelStage>;

internal sealed class IdleValidateDefinition() : StageDefinition<IdleValidate, IdleDb>(Stage.Validate);

internal sealed class IdleFetch(StageInbox<FetchArtifacts> inbox) : StageConsumer<FetchArtifacts>(inbox), IConsumer<FetchArtifacts>, IConsumer<CancelStage>;

internal sealed class IdleFetchDefinition() : StageDefinition<IdleFetch, IdleDb>(Stage.Fetch);

internal sealed class IdleProvision(StageInbox<AcquireHost> inbox) : StageConsumer<AcquireHost>(inbox), IConsumer<AcquireHost>, IConsumer<CancelStage>;

internal sealed class IdleProvisionDefinition() : StageDefinition<IdleProvision, IdleDb>(Stage.Provision);

internal sealed class IdlePrepare(StageInbox<PrepareHost> inbox) : StageConsumer<PrepareHost>(inbox), IConsumer<PrepareHost>, IConsumer<CancelStage>;

internal sealed class IdlePrepareDefinition() : StageDefinition<IdlePrepare, IdleDb>(Stage.Prepare);

internal sealed class IdleTrain(StageInbox<StartTraining> inbox) : StageConsumer<StartTraining>(inbox), IConsumer<StartTraining>, IConsumer<CancelStage>;

internal sealed class IdleTrainDefinition() : StageDefinition<IdleTrain, IdleDb>(Stage.Train);

internal sealed class IdleEvaluate(StageInbox<EvaluateModel> inbox) : StageConsumer<EvaluateModel>(inbox), IConsumer<EvaluateModel>, IConsumer<CancelStage>;

internal sealed class IdleEvaluateDefinition() : StageDefinition<IdleEvaluate, IdleDb>(Stage.Evaluate);

internal sealed class IdleConvert(StageInbox<ConvertModel> inbox) : StageConsumer<ConvertModel>(inbox), IConsumer<ConvertModel>, IConsumer<CancelStage>;

internal sealed class IdleConvertDefinition() : StageDefinition<IdleConvert, IdleDb>(Stage.Convert);

internal sealed class IdleRelease(StageInbox<ReleaseHost> inbox) : StageConsumer<ReleaseHost>(inbox), IConsumer<ReleaseHost>, IConsumer<CancelStage>;

internal sealed class IdleReleaseDefinition() : StageDefinition<IdleRelease, IdleDb>(Stage.Release);
