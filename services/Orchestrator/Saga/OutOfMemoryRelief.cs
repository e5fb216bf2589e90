using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>Makes training fit: half the micro-batch and twice the accumulation, which is the same global batch and so the same training.</summary>
public static class OutOfMemoryRelief
{
    /// <summary>Smaller settings, or null when the micro-batch is one sample already, or odd and so not to be halved exactly.</summary>
    public static Hyperparameters? Apply(Hyperparameters settings) =>
        settings.PerDeviceTrainBatchSize > 1 && settings.PerDeviceTrainBatchSize % 2 == 0
            ? settings with
            {
                PerDeviceTrainBatchSize = settings.PerDeviceTrainBatchSize / 2,
                GradientAccumulationSteps = settings.GradientAccumulationSteps * 2,
            }
            : null;
}
