using System.Text.Json;
using FineTunePipeline.Chaos.Databases;
using FineTunePipeline.Chaos.Jobs;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Chaos.Counting;

/// <summary>How each job ended, by the orchestrator and as a client sees it, against what the seed planted.</summary>
internal sealed class JobVerdicts(IServiceDatabases databases, JobBoard board, JobInputs inputs, Gateway gateway, TimeProvider time)
{
    private static readonly TimeSpan ViewLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public List<string> Succeeded { get; } = [];

    public List<string> FailedAsPlanted { get; } = [];

    /// <summary>Jobs that the gateway took and that have no end, or none that a client is told.</summary>
    public List<string> Lost { get; } = [];

    /// <summary>Ends that the seed did not plant.</summary>
    public List<string> Wrong { get; } = [];

    /// <summary>Attempts that the seed did not plant, with the reason that the orchestrator noted.</summary>
    public List<string> ExtraAttempts { get; } = [];

    public async Task JudgeAsync(CancellationToken cancellationToken)
    {
        var sagas = (await databases.ReadAsync("orchestrator", "SELECT \"JobId\", \"CurrentState\", \"Attempts\", \"Moments\" FROM jobs", cancellationToken))
            .ToDictionary(row => (string)row[0]!);
        foreach (var (id, plan) in board.Accepted.OrderBy(job => job.Value.Number))
        {
            var state = sagas.TryGetValue(id, out var saga) ? (string)saga[1]! : "unknown to the orchestrator";
            if (saga is null || state is not ("Succeeded" or "Failed" or "Cancelled"))
            {
                Lost.Add($"{id} ({plan.Kind}) is {state}");
                continue;
            }

            CountAttempts(id, plan, (string)saga[2]!, (string)saga[3]!);
            await JudgeAsync(id, plan, state.ToLowerInvariant(), cancellationToken);
        }
    }

    private async Task JudgeAsync(string id, JobPlan plan, string state, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var view = await gateway.ShowAsync(id, cancellationToken);
        while (view.State != state && time.GetElapsedTime(began) < ViewLimit)
        {
            await Task.Delay(Pause, time, cancellationToken);
            view = await gateway.ShowAsync(id, cancellationToken);
        }

        if (view.State != state)
        {
            Lost.Add($"{id} ({plan.Kind}) is {state}, and its client is told {view.State}");
        }
        else if (plan.Failure is { } planted)
        {
            var right = state == "failed" && view.Code == planted.Code && view.Stage == planted.Stage.ToString().ToLowerInvariant();
            (right ? FailedAsPlanted : Wrong).Add(right ? id : $"{id} ({plan.Kind}) is {state} at {view.Stage} ({view.Code}: {view.Message}), planted was {planted}");
        }
        else if (state != "succeeded")
        {
            Wrong.Add($"{id} ({plan.Kind}) is {state} at {view.Stage} ({view.Code}: {view.Message})");
        }
        else if (!File.Exists(Path.Combine(inputs.Deployed(plan), "deployment.json")))
        {
            Wrong.Add($"{id} ({plan.Kind}) succeeded and nothing is deployed in {inputs.Deployed(plan)}");
        }
        else
        {
            Succeeded.Add(id);
        }
    }

    private void CountAttempts(string id, JobPlan plan, string attempts, string moments)
    {
        foreach (var (name, made) in JsonSerializer.Deserialize<Dictionary<string, int>>(attempts)!)
        {
            var stage = Enum.Parse<Stage>(name);
            if (made > plan.Attempts(stage))
            {
                var reasons = JsonElement.Parse(moments).EnumerateArray().Where(moment => moment.GetProperty("What").GetString() == "failed")
                    .Select(moment => moment.GetProperty("Detail").GetString());
                ExtraAttempts.Add($"{id} ({plan.Kind}): {made} attempts of {name}: {string.Join("; ", reasons)}");
            }
        }
    }
}
