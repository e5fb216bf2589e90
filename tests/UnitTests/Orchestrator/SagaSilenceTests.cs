using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Release;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Orchestrator.Provenance;
using FineTunePipeline.Orchestrator.Saga;
using Xunit;

namespace FineTunePipeline.UnitTests.Orchestrator;

public sealed class SagaSilenceTests
{
    [Theory]
    [InlineData("Running", false, typeof(StartTraining))]
    [InlineData("Waiting", false, typeof(StartTraining))]
    [InlineData("Cancelling", false, typeof(CancelStage))]
    [InlineData("Cancelling", true, typeof(ReleaseHost))]
    [InlineData("Pausing", false, typeof(CancelStage))]
    [InlineData("Pausing", true, typeof(ReleaseHost))]
    [InlineData("Paused", false, null)]
    [InlineData("Finishing", false, typeof(WriteProvenance))]
    [InlineData("Succeeded", true, typeof(ReleaseHost))]
    [InlineData("Succeeded", false, null)]
    public async Task A_job_of_which_nothing_was_heard_asks_again_for_what_it_waits_for(string state, bool releasing, Type? asked)
    {
        await using var bench = await SagaBench.StartAsync();
        var saga = await bench.PutAsync(state, Stage.Train, saga => (saga.Releasing, saga.StageEnding) = (releasing, state is "Cancelling" or "Pausing" && !releasing));

        await bench.PublishAsync(new AskAgain { JobId = saga.JobId });

        await bench.Recorder.ConsumedAsync<AskAgain>(_ => true);
        var sent = bench.Recorder.Out.Where(message => message is not (AskAgain or JobChanged)).ToList();
        Assert.Equal(asked is null ? [] : [asked], sent.Select(message => message.GetType()));
        Assert.All(sent.OfType<CancelStage>(), cancel => Assert.Equal(state == "Pausing", cancel.KeepProgress));
        Assert.All(sent.OfType<StartTraining>(), command => Assert.Equal(state == "Waiting" ? 3 : 2, command.Attempt));
    }
}
