using FineTunePipeline.Contracts.Secrets;

namespace FineTunePipeline.Contracts.Hosts;

/// <summary>Add a host that a person has, or change what is known of it. Command to Provisioning; what is null stays as it is, and what is new has defaults.</summary>
public sealed record SetHost
{
    /// <summary>Its name for people; the key.</summary>
    public required string HostName { get; init; }

    /// <summary><c>user@host:port</c>; needed for a new host. Another address means another computer, or one that was set up anew: its pinned key is forgotten.</summary>
    public string? Address { get; init; }

    /// <summary>What its owner pays for an hour; 0 for a computer of one's own. Default 0.</summary>
    public decimal? HourlyPrice { get; init; }

    /// <summary>CNY or USD. Default CNY.</summary>
    public string? Currency { get; init; }

    /// <summary>The graphics card, for people.</summary>
    public string? Gpu { get; init; }

    /// <summary>Absolute folder on the host for what jobs keep there. Default: <c>finetune</c> on the data disk (<c>/root/autodl-tmp</c>) or in the home folder.</summary>
    public string? WorkFolder { get; init; }

    /// <summary>What is done there when a job has given it back: <c>keep</c> (nothing; it costs on), <c>shutdown</c>, or a command of its shell. Default: keep.</summary>
    public string? OnRelease { get; init; }

    /// <summary>Password of the login, sealed for Provisioning: with it our key is installed where it is not known yet.</summary>
    public SealedSecret? Password { get; init; }

    /// <summary>A command that says whether the host runs where it is rented, sealed for Provisioning, on whose computer it is run (ADR 15).</summary>
    public SealedSecret? StatusCommand { get; init; }

    /// <summary>There is no such command any more.</summary>
    public bool ForgetStatusCommand { get; init; }

    /// <summary>Forget the pinned host key: the host was set up anew at the same address.</summary>
    public bool ForgetKey { get; init; }
}
