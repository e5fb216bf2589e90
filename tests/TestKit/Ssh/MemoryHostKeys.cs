using System.Collections.Concurrent;
using FineTunePipeline.Hosts.Ssh;

namespace FineTunePipeline.TestKit.Ssh;

/// <summary>Pins for a test; trusts a new host or not.</summary>
public sealed class MemoryHostKeys(bool trustsNew = true) : IHostKeys
{
    public ConcurrentDictionary<SshEndpoint, string> Pins { get; } = new();

    /// <summary>What was asked about.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    public Task<string?> FindAsync(SshEndpoint endpoint, CancellationToken cancellationToken) => Task.FromResult(Pins.GetValueOrDefault(endpoint));

    public Task<bool> PinAsync(SshEndpoint endpoint, string fingerprint, CancellationToken cancellationToken)
    {
        Asked.Enqueue(fingerprint);
        if (trustsNew)
        {
            Pins[endpoint] = fingerprint;
        }

        return Task.FromResult(trustsNew);
    }
}
