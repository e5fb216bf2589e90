using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Money;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Gateway.Data;

namespace FineTunePipeline.Gateway.Apis;

/// <summary>A job as the native API shows it.</summary>
public sealed record JobView
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required JobState State { get; init; }

    public Stage? Stage { get; init; }

    public int Attempt { get; init; }

    public string? Message { get; init; }

    public required DateTimeOffset SubmittedAt { get; init; }

    public DateTimeOffset? ChangedAt { get; init; }

    public Failure? Failure { get; init; }

    /// <summary>Messages of the job that nobody could take; null for none.</summary>
    public int? Parked { get; init; }

    public TrainingProgressed? Progress { get; init; }

    /// <summary>What its hosts cost so far; null: nothing was charged.</summary>
    public CostView? Cost { get; init; }

    public JobResult? Result { get; init; }

    public JobSpec? Spec { get; init; }

    internal static JobView From(JobRow row, bool withSpec)
    {
        var change = Read<JobChanged>(row.Change);
        return new JobView
        {
            Id = row.JobId,
            Name = row.Name,
            State = row.State,
            Stage = change?.Stage,
            Attempt = change?.Attempt ?? 0,
            Message = change?.Message,
            SubmittedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.SubmittedAtMs),
            ChangedAt = change?.At,
            Failure = change?.Failure,
            Progress = Read<TrainingProgressed>(row.Progress),
            Cost = Read<JobCostChanged>(row.Cost) is { } cost ? new CostView(cost.Charged, cost.Held, cost.Currency, cost.Hosts, cost.At) : null,
            Result = change?.Result,
            Spec = withSpec ? Read<JobSpec>(row.Spec) : null,
        };
    }

    private static T? Read<T>(string? json)
        where T : class =>
        json is null ? null : JsonSerializer.Deserialize<T>(json, ContractJson.Options);
}
