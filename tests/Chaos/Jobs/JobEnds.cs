using FineTunePipeline.Chaos.Databases;

namespace FineTunePipeline.Chaos.Jobs;

/// <summary>Waits for the ends of jobs.</summary>
internal sealed class JobEnds(JobBoard board, IServiceDatabases databases, TimeProvider time)
{
    private static readonly TimeSpan RecordLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan EndLimit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Job 0: its engines are the real ones, and what they write is kept for the others.</summary>
    public async Task<string> RecordAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(RecordLimit);
        var id = await board.SubmitAsync(new JobPlan(0, PlanKind.Real), limit.Token, "record");
        while (true)
        {
            var rows = await databases.ReadAsync("orchestrator", $"SELECT \"CurrentState\", \"Failure\" FROM jobs WHERE \"JobId\" = '{id}'", limit.Token);
            if (rows is [["Succeeded", _]])
            {
                return id;
            }

            if (rows is [["Failed", var failure]])
            {
                throw new InvalidOperationException($"The job that is recorded failed in peace: {failure}");
            }

            await Task.Delay(Pause, time, limit.Token);
        }
    }

    /// <summary>Returns when all have ended, or none has for long.</summary>
    public async Task AllEndedAsync(CancellationToken cancellationToken)
    {
        var (left, since) = (-1, time.GetTimestamp());
        while (await board.UnfinishedAsync(cancellationToken) is var unfinished and > 0 && time.GetElapsedTime(since) < EndLimit)
        {
            (left, since) = unfinished == left ? (left, since) : (unfinished, time.GetTimestamp());
            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}
