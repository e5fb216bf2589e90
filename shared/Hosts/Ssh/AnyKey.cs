namespace FineTunePipeline.Hosts.Ssh;

/// <summary>
/// Any key is right: for jump hosts, which only pass on what is encrypted and authenticated between us and the host behind them (a false one would learn no more
/// than the line itself, and gets no password), and for servers that we made ourselves a moment ago on this computer.
/// </summary>
public sealed class AnyKey : IHostKeys
{
    /// <summary>In place of a pinned key, for who looks connections up by it.</summary>
    public const string Name = "any";

    public Task<string?> FindAsync(SshEndpoint endpoint, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public Task<bool> PinAsync(SshEndpoint endpoint, string fingerprint, CancellationToken cancellationToken) => Task.FromResult(true);
}
