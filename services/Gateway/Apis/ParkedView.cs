using FineTunePipeline.Contracts.Ops;
using FineTunePipeline.Gateway.Data;

namespace FineTunePipeline.Gateway.Apis;

/// <summary>A parked message as the native API shows it.</summary>
public sealed record ParkedView
{
    public required long Id { get; init; }

    public required ParkReason Reason { get; init; }

    /// <summary>Last part of the queue's address.</summary>
    public required string Queue { get; init; }

    public string? JobId { get; init; }

    public Guid? MessageId { get; init; }

    /// <summary>The most special of its types.</summary>
    public required string MessageType { get; init; }

    public required string Fault { get; init; }

    public required string Body { get; init; }

    /// <summary>It can be sent again.</summary>
    public required bool IsWhole { get; init; }

    public required DateTimeOffset At { get; init; }

    internal static ParkedView From(ParkedRow row) => new()
    {
        Id = row.Id,
        Reason = row.Reason,
        Queue = row.Queue[(row.Queue.LastIndexOfAny(['/', ':']) + 1)..].Split('?')[0],
        JobId = row.JobId,
        MessageId = row.MessageId,
        MessageType = row.MessageTypes.Split(';')[0] is var type ? type[(type.LastIndexOf(':') + 1)..] : "",
        Fault = row.Fault,
        Body = row.Body,
        IsWhole = row.IsWhole,
        At = DateTimeOffset.FromUnixTimeMilliseconds(row.AtMs),
    };
}
