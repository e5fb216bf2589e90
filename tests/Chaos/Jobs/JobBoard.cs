using System.Collections.Concurrent;
using FineTunePipeline.Chaos.Databases;

namespace FineTunePipeline.Chaos.Jobs;

/// <summary>Submits the jobs in step with the kills, so that both end together, and knows which have not ended.</summary>
internal sealed class JobBoard(IReadOnlyList<JobPlan> plans, JobInputs inputs, Gateway gateway, IServiceDatabases databases, ChaosFolder folder, int window)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private readonly ConcurrentDictionary<string, JobPlan> _accepted = new();

    /// <summary>Jobs that the gateway took, by id.</summary>
    public IReadOnlyDictionary<string, JobPlan> Accepted => _accepted;

    /// <summary>Part of the kills that are done; jobs beyond it, and a window, wait.</summary>
    public double Progress { get; set; }

    /// <summary>
    /// Part of the kills that may be done: those that fall on the jobs that have ended, and a window more. Kills in step with the work, and not with the
    /// clock, leave a slow computer as much of them as a fast one.
    /// </summary>
    public async Task<double> KillableAsync(CancellationToken cancellationToken) =>
        (await EndedAsync(cancellationToken) + (double)window) / plans.Count;

    /// <summary>Jobs that were taken and, by the orchestrator's own table, have not ended.</summary>
    public async Task<int> UnfinishedAsync(CancellationToken cancellationToken) => _accepted.Count - await EndedAsync(cancellationToken);

    public async Task SubmitAllAsync(CancellationToken cancellationToken)
    {
        foreach (var plan in plans)
        {
            // Kills that lag behind must not run out of jobs: towards the end fewer are ahead of them, and the last ones come one at a time.
            var enough = Math.Clamp((plans.Count - _accepted.Count) / 4, 1, window / 3);
            while (_accepted.Count >= (plans.Count * Progress) + (window * (1 - Progress)) && await UnfinishedAsync(cancellationToken) > enough)
            {
                await Task.Delay(Pause, cancellationToken);
            }

            await SubmitAsync(plan, cancellationToken);
        }
    }

    public async Task<string> SubmitAsync(JobPlan plan, CancellationToken cancellationToken, string? enginePlan = null)
    {
        var id = await gateway.SubmitAsync(inputs.Spec(plan), $"chaos-{plan.Number}", cancellationToken);
        var file = Path.Combine(folder.Plans, id);
        await File.WriteAllTextAsync(file + ".new", (enginePlan ?? plan.EnginePlan) + "\n", cancellationToken);
        File.Move(file + ".new", file, overwrite: true);
        if (plan.Number > 0)
        {
            _accepted[id] = plan;
        }

        return id;
    }

    private async Task<int> EndedAsync(CancellationToken cancellationToken)
    {
        var ended = await databases.ReadAsync("orchestrator", $"SELECT \"JobId\" FROM jobs WHERE {Final}", cancellationToken);
        return ended.Count(row => _accepted.ContainsKey((string)row[0]!));
    }

    public const string Final = "\"CurrentState\" IN ('Succeeded', 'Failed', 'Cancelled')";
}
