namespace FineTunePipeline.Provisioning.Pool;

/// <summary>What the provider of a host says of it, by its owner's status command.</summary>
internal enum HostPower
{
    /// <summary>There is no command, or it does not know.</summary>
    Unknown,

    /// <summary>It runs, whether it can be reached or not.</summary>
    Running,

    /// <summary>It is switched off, and may be switched on again with its disk.</summary>
    Stopped,

    /// <summary>It is no longer there.</summary>
    Gone,
}

/// <param name="Power">The answer.</param>
/// <param name="Trouble">Why it is not known, for people, without a word of the command's own; null: it is known, or nobody was asked.</param>
internal sealed record HostStatus(HostPower Power, string? Trouble = null)
{
    /// <summary>There is nobody to be asked.</summary>
    public static readonly HostStatus None = new(HostPower.Unknown);

    /// <summary>Nothing runs there.</summary>
    public bool IsEnded => Power is HostPower.Stopped or HostPower.Gone;

    /// <summary>The answer as the command gives it.</summary>
    public string Word => Power.ToString().ToLowerInvariant();
}
