using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.UnitTests.Evaluation;

/// <summary>The claim of a first attempt, for runners that are tested without a stage table.</summary>
internal sealed class AttemptContext : StageContext
{
    public override string JobId => "ftjob-00000000000000000000000000000001";

    public override int Attempt => 1;

    public override long Fence => 1;

    public override string? Handle => Saved;

    public string? Saved { get; private set; }

    public override Task SaveHandleAsync(string handle, CancellationToken cancellationToken)
    {
        Saved = handle;
        return Task.CompletedTask;
    }

    public override Task PublishAsync(IStageEvent stageEvent, CancellationToken cancellationToken) => Task.CompletedTask;
}
