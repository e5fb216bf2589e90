namespace FineTunePipeline.Hosts.Ssh;

/// <summary>The one key that a reference names; no other is accepted, and none if it names none.</summary>
internal sealed class PinnedKey(string? fingerprint) : IHostKeys
{
    public Task<string?> FindAsync(SshEndpoint endpoint, CancellationToken cancellationToken) => Task.FromResult(fingerprint);

    public Task<bool> PinAsync(SshEndpoint endpoint, string shown, CancellationToken cancellationToken) => Task.FromResult(false);
}
