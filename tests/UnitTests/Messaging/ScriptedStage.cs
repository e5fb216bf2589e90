using System.Threading.Channels;
using FineTunePipeline.Contracts.Release;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.UnitTests.Messaging;

/// <summary>A stage whose work a test writes.</summary>
internal sealed class ScriptedStage(StageScript script) : IStageRunner<ReleaseHost>
{
    public async Task<IStageEvent> RunAsync(ReleaseHost command, StageContext context, CancellationToken cancellationToken)
    {
        script.Entries.Writer.TryWrite((context, cancellationToken));
        return await script.Run(context, cancellationToken);
    }

    public async Task CancelAsync(ReleaseHost command, StageContext context, CancellationToken cancellationToken)
    {
        script.Ends.Writer.TryWrite((context, cancellationToken));
        await script.End(context, cancellationToken);
    }
}

/// <summary>What the stage does in one worker, and what was asked of it.</summary>
internal sealed class StageScript
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Default: works until it is told to stop.</summary>
    public Func<StageContext, CancellationToken, Task<IStageEvent>> Run { get; set; } = async (_, cancellationToken) =>
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        throw new InvalidOperationException("An endless wait ended.");
    };

    public Func<StageContext, CancellationToken, Task> End { get; set; } = (_, _) => Task.CompletedTask;

    public Channel<(StageContext Context, CancellationToken Token)> Entries { get; } = Channel.CreateUnbounded<(StageContext, CancellationToken)>();

    public Channel<(StageContext Context, CancellationToken Token)> Ends { get; } = Channel.CreateUnbounded<(StageContext, CancellationToken)>();

    public Task<(StageContext Context, CancellationToken Token)> EnteredAsync() => Entries.Reader.ReadAsync().AsTask().WaitAsync(Limit);

    public Task<(StageContext Context, CancellationToken Token)> EndingAsync() => Ends.Reader.ReadAsync().AsTask().WaitAsync(Limit);

    /// <summary>Completes when the token fires.</summary>
    public static async Task CancelledAsync(CancellationToken token)
    {
        var fired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = token.Register(fired.SetResult);
        await fired.Task.WaitAsync(Limit, CancellationToken.None);
    }
}
