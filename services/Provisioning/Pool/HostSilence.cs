namespace FineTunePipeline.Provisioning.Pool;

/// <summary>
/// The silence of a host that a job has, as this process heard it: how long, and what the provider said meanwhile. Decides when the host is given up (design
/// rule 2, ADR 13 and 15). Times are timestamps: neither a clock that jumps nor a computer that slept makes a host lost.
/// </summary>
/// <param name="Since">Of the first probe without an answer.</param>
internal sealed record HostSilence(long Since)
{
    /// <summary>One that did not answer once or twice is not silent yet.</summary>
    private const int ProbesAtLeast = 3;

    /// <summary>As <see cref="StatusCommands.AskTwiceAsync"/>.</summary>
    private const int EndsAtLeast = 2;

    /// <summary>Probes without an answer, in a row.</summary>
    public int Probes { get; private init; }

    /// <summary>Answers in a row that nothing runs there.</summary>
    public int Ends { get; private init; }

    /// <summary>When it was last said that it runs; null: never in this silence.</summary>
    public long? RanAt { get; private init; }

    /// <summary>The last answer.</summary>
    public HostStatus Status { get; private init; } = HostStatus.None;

    /// <summary>Its provider says that nothing runs there, and has said so before.</summary>
    public bool IsEnded => Ends >= EndsAtLeast;

    /// <summary>It has not answered once more, and this is what its provider says.</summary>
    /// <param name="at">Timestamp.</param>
    public HostSilence With(HostStatus status, long at) => this with
    {
        Probes = Probes + 1,
        Status = status,
        Ends = status.IsEnded ? Ends + 1 : 0,
        RanAt = status.Power == HostPower.Running ? at : RanAt,
    };

    /// <summary>Whether the host is to be given up.</summary>
    /// <param name="isOff">It was told to power itself off, and that time has come.</param>
    public bool IsLost(bool isOff, PoolOptions options, TimeProvider time)
    {
        if (IsEnded || Probes < ProbesAtLeast)
        {
            return IsEnded;
        }

        // An answer that it runs is good for as long as a sign of life: a provider that has no answer just once takes nobody's host away.
        var longest = options.LostAlthoughRunningAfter > options.LostAfter ? options.LostAlthoughRunningAfter : options.LostAfter;
        return (isOff && Status.Power != HostPower.Running) || time.GetElapsedTime(RanAt ?? Since) >= options.LostAfter || time.GetElapsedTime(Since) >= longest;
    }

    /// <summary>For the owner: what is wrong while the host is not given up.</summary>
    /// <param name="why">Why it did not answer.</param>
    public string Fault(string why) => Status switch
    {
        { Power: HostPower.Running } => $"No contact, but its status command says that it runs: its job waits for it. {why}",
        { IsEnded: true } => $"No contact, and its status command says that it is {Status.Word}. {why}",
        { Trouble: { } trouble } => $"No contact: {why} {trouble}",
        _ => $"No contact: {why}",
    };

    /// <summary>For the job and the owner: why it was given up.</summary>
    /// <param name="host">Name and address.</param>
    /// <param name="why">Why it did not answer.</param>
    public string Reason(string host, bool isOff, string why, TimeProvider time)
    {
        var off = isOff ? "was told to power itself off when its job's time was up, and " : "";
        var lasted = FormattableString.Invariant($"{off}gave no sign of life for {time.GetElapsedTime(Since).TotalSeconds:0} s");
        return Status switch
        {
            { IsEnded: true } => $"{host} is {Status.Word}, as its status command says, and {lasted}: {why}",
            { Power: HostPower.Running } => $"{host} {lasted}, though its status command says that it runs. It costs on: end it at whom you rent it from. {why}",
            { Trouble: { } trouble } => $"{host} {lasted}: {why} {trouble}",
            _ => $"{host} {lasted}: {why}",
        };
    }
}
