using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Orchestrator.Saga;
using Xunit;

namespace FineTunePipeline.UnitTests.Orchestrator;

public sealed class RetryPolicyTests
{
    [Fact]
    public void Capacity_is_waited_for_without_end_and_with_growing_pauses()
    {
        Assert.Equal(TimeSpan.FromSeconds(15), RetryPolicy.NextWait(FailureKind.Capacity, 0, jitter: 0));
        Assert.Equal(TimeSpan.FromMinutes(10), RetryPolicy.NextWait(FailureKind.Capacity, 1000, jitter: 0));
        Assert.Equal(TimeSpan.FromMinutes(12), RetryPolicy.NextWait(FailureKind.Capacity, 1000, jitter: 1));
    }

    [Theory]
    [InlineData(FailureKind.BadInput)]
    [InlineData(FailureKind.Budget)]
    [InlineData(FailureKind.Internal)]
    [InlineData(FailureKind.OutOfMemory)]
    public void What_trying_again_cannot_mend_is_not_tried_again(FailureKind kind) => Assert.Null(RetryPolicy.NextWait(kind, 0, 0));

    [Fact]
    public void Transient_faults_are_tried_again_a_few_times() => Assert.Null(RetryPolicy.NextWait(FailureKind.Transient, 4, 0));

    [Theory]
    [InlineData(8, 0, 4, 6)]
    [InlineData(8, 2, 4, 6)]
    [InlineData(8, 3, 1, 24)]
    [InlineData(6, 1, 3, 6)]
    [InlineData(3, 0, 1, 9)]
    public void A_micro_batch_is_halved_and_in_the_end_one_sample_at_the_same_global_batch(int size, int used, int smaller, int accumulation)
    {
        var shrunk = OutOfMemoryRelief.Shrink(new Hyperparameters { PerDeviceTrainBatchSize = size, GradientAccumulationSteps = 3 }, used)!;

        Assert.Equal((smaller, accumulation), (shrunk.PerDeviceTrainBatchSize, shrunk.GradientAccumulationSteps));
        Assert.Equal(size * 3, smaller * accumulation);
    }

    [Fact]
    public void One_sample_is_the_smallest_micro_batch() => Assert.Null(OutOfMemoryRelief.Shrink(new Hyperparameters { PerDeviceTrainBatchSize = 1 }, 0));
}
