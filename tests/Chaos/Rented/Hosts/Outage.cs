using FineTunePipeline.Chaos.Rented.Faults;

namespace FineTunePipeline.Chaos.Rented.Hosts;

/// <summary>A time in which a machine could not be reached, or was not there.</summary>
/// <param name="Machine">Name with the boot that it hit: what the hosts' journal calls it.</param>
/// <param name="FromMs">Milliseconds since 1970.</param>
internal sealed record Outage(string Machine, EvictionKind Kind, long FromMs)
{
    private long _untilMs = long.MaxValue;

    /// <summary>Its owner's name for it.</summary>
    public string Host => HostOf(Machine);

    /// <summary>Without the boot.</summary>
    public static string HostOf(string machine) => machine[..machine.LastIndexOf('.')];

    /// <summary>When it could be reached again, by whatever address.</summary>
    public long UntilMs { get => Volatile.Read(ref _untilMs); set => Volatile.Write(ref _untilMs, value); }

    /// <summary>How long it had lasted, or lasted in all if it was over before.</summary>
    public TimeSpan LastedUntil(long atMs) => TimeSpan.FromMilliseconds(Math.Max(0, Math.Min(UntilMs, atMs) - FromMs));
}
