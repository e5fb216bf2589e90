namespace FineTunePipeline.Gateway.Apis;

/// <summary>What a person says of a host: all of it when it is added (only <see cref="Address"/> is needed), what changes when it is updated.</summary>
public sealed record HostRequest
{
    /// <summary>Name for people: letters, digits, dots and dashes. Default: made of host and port.</summary>
    public string? Name { get; init; }

    /// <summary>The ssh command with which one logs in (<c>ssh -p 34222 root@connect.example.com</c>), or <c>user@host:port</c>.</summary>
    public string? Address { get; init; }

    /// <summary>What an hour costs; 0 for a computer of one's own.</summary>
    public decimal? HourlyPrice { get; init; }

    /// <summary>CNY or USD.</summary>
    public string? Currency { get; init; }

    /// <summary>The graphics card, for people.</summary>
    public string? Gpu { get; init; }

    /// <summary>Absolute folder on the host for what jobs keep there.</summary>
    public string? WorkFolder { get; init; }

    /// <summary>What is done there when a job has given it back: keep (nothing; it costs on), shutdown, or a command of its shell.</summary>
    public string? OnRelease { get; init; }

    /// <summary>
    /// A shell command for the computer that runs the service Provisioning: its first word of output is running, stopped or gone, which is what the host's provider says
    /// of it. Empty: there is none any more. Never shown again.
    /// </summary>
    public string? StatusCommand { get; init; }

    /// <summary>Password of the login, with which this installation's key is installed there; never shown again.</summary>
    public string? Password { get; init; }

    /// <summary>Forget the pinned host key: the host was set up anew.</summary>
    public bool ForgetKey { get; init; }

    /// <summary>Without what is secret.</summary>
    public override string ToString() => $"{Name} {Address}";
}
