using FineTunePipeline.Messaging.Diagnostics;
using FineTunePipeline.Orchestrator.Data;
using FineTunePipeline.Orchestrator.Saga;
using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Orchestrator.Silence;

/// <summary>
/// Has jobs ask again for what they wait for (<see cref="AskAgain"/>) when nothing changed for long: after a quarter of an hour, and each time after twice as
/// long. A training of a day is asked for seven times; what was lost is found within minutes. A clock that was set back makes waits longer by as much: those
/// jobs are asked at once.
/// </summary>
internal sealed class SilenceWatch(SilentJobs jobs, TimeProvider time, ILogger<SilenceWatch> logger) : RepeatedLook(Every, time, logger)
{
    /// <summary>Longer than any wait between two attempts.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    /// <summary>By job: the change after which it is silent, and when it is asked next.</summary>
    private Dictionary<string, (DateTimeOffset Since, DateTimeOffset Next)> _silent = [];

    /// <summary>One look.</summary>
    /// <returns>The jobs that were asked.</returns>
    public async Task<IReadOnlyList<string>> LookAsync(CancellationToken cancellationToken)
    {
        var now = Time.GetUtcNow();
        var silent = new Dictionary<string, (DateTimeOffset Since, DateTimeOffset Next)>();
        var due = new List<string>();
        foreach (var (jobId, changedAt) in await jobs.SelectAsync(now - Silence, now + Silence, cancellationToken))
        {
            if (_silent.TryGetValue(jobId, out var known) && known.Since == changedAt && now < known.Next)
            {
                silent[jobId] = known;
                continue;
            }

            due.Add(jobId);
            silent[jobId] = (changedAt, now + (now - changedAt > Silence ? now - changedAt : Silence));
        }

        if (due.Count > 0)
        {
            await jobs.AskAsync(due, cancellationToken);
        }

        _silent = silent;
        return due;
    }

    protected override async Task OnceAsync(CancellationToken cancellationToken)
    {
        if (await LookAsync(cancellationToken) is { Count: > 0 } asked)
        {
            Logger.AskedAgain(asked.Count, asked[0]);
        }
    }
}
