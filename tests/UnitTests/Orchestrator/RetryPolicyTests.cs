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
    public void What_trying_again_cannot_mend_is_not_tried_again(FailureKind kind) => Assert.Null(RetryPolicy.NextWait(kind, 0, 0));

    [Fact]
    public void Transient_faults_are_tried_again_a_few_times() => Assert.Null(RetryPolicy.NextWait(FailureKind.Transient, 4, 0));

    [Fact]
    public void A_micro_batch_of_one_or_an_odd_one_cannot_be_halved()
    {
        Assert.Null(OutOfMemoryRelief.Apply(new Hyperparameters { PerDeviceTrainBatchSize = 1 }));
        Assert.Null(OutOfMemoryRelief.Apply(new Hyperparameters { PerDeviceTrainBatchSize = 3 }));
    }
}
