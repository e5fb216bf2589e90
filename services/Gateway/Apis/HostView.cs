using FineTunePipeline.Contracts.Hosts;

namespace FineTunePipeline.Gateway.Apis;

/// <summary>A host of a person's as the native API shows it.</summary>
public sealed record HostView
{
    public required string Name { get; init; }

    public required HostState State { get; init; }

    /// <summary><c>user@host:port</c>; behind a jump host <c>ssh -J user@jump:port user@host:port</c>.</summary>
    public required string Address { get; init; }

    public required decimal HourlyPrice { get; init; }

    public required string Currency { get; init; }

    public string? Gpu { get; init; }

    public string? WorkFolder { get; init; }

    /// <summary>keep, shutdown, or a command of its shell.</summary>
    public required string OnRelease { get; init; }

    /// <summary>It has a status command, which is never shown again.</summary>
    public required bool HasStatusCommand { get; init; }

    /// <summary>The job that has it, or had it last.</summary>
    public string? JobId { get; init; }

    /// <summary>Absolute folder of that job on the host; null: the job has not moved in, or is gone.</summary>
    public string? JobFolder { get; init; }

    /// <summary>Fingerprint of the pinned host key, as <c>ssh-keygen -l</c> prints it.</summary>
    public string? HostKey { get; init; }

    /// <summary>What is wrong with it, in one sentence.</summary>
    public string? Fault { get; init; }

    /// <summary>The last test that its owner asked for.</summary>
    public HostTest? Test { get; init; }

    public required DateTimeOffset At { get; init; }

    internal static HostView From(HostChanged change) => new()
    {
        Name = change.HostName,
        State = change.State,
        Address = change.Address,
        HourlyPrice = change.HourlyPrice,
        Currency = change.Currency,
        Gpu = change.Gpu,
        WorkFolder = change.WorkFolder,
        OnRelease = change.OnRelease,
        HasStatusCommand = change.HasStatusCommand,
        JobId = change.JobId,
        JobFolder = change.JobFolder,
        HostKey = change.HostKey,
        Fault = change.Fault,
        Test = change.Test,
        At = change.At,
    };
}
