using System.Collections.Concurrent;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.TestKit.Stages;

/// <summary>A claim that keeps what a runner published and saved.</summary>
public sealed class RecordedClaim(string jobId, int attempt = 1, long fence = 1, string? handle = null) : StageContext
{
    private readonly ConcurrentQueue<IStageEvent> _published = [];

    public override string JobId => jobId;

    public override int Attempt => attempt;

    public override long Fence => fence;

    /// <summary>Set by a test that ends the attempt as a pause does.</summary>
    public bool Keeping { get; set; }

    public override bool KeepsProgress => Keeping;

    public override string? Handle => Saved;

    /// <summary>The note to the next entry.</summary>
    public string? Saved { get; private set; } = handle;

    /// <summary>In order.</summary>
    public IReadOnlyCollection<IStageEvent> Published => _published;

    public IReadOnlyList<T> Events<T>() => [.. _published.OfType<T>()];

    /// <summary>The same attempt, entered again by another claim.</summary>
    public RecordedClaim Again(long nextFence) => new(jobId, attempt, nextFence, Saved);

    public override Task SaveHandleAsync(string handle, CancellationToken cancellationToken)
    {
        Saved = handle;
        return Task.CompletedTask;
    }

    public override Task PublishAsync(IStageEvent stageEvent, CancellationToken cancellationToken)
    {
        _published.Enqueue(stageEvent);
        return Task.CompletedTask;
    }
}
