namespace FineTunePipeline.Hosts.Ssh;

/// <summary>
/// The host keys that are pinned, for who visits a host (<see cref="SshHostConnector.Visit"/>). A key is named by its fingerprint as <c>ssh-keygen -l</c> prints it: <c>SHA256:</c> and base64 without padding.
/// Whoever implements it stores the pins and knows when a host booted anew, which alone may bring another key.
/// </summary>
public interface IHostKeys
{
    /// <summary>The pinned key of a host, or null if none is. With a pin every other key is refused (<see cref="HostKeyChangedException"/>).</summary>
    Task<string?> FindAsync(SshEndpoint endpoint, CancellationToken cancellationToken);

    /// <summary>
    /// Asked about the key of a host that has no pin, before anything secret is sent to it. true stores it as the pin; false refuses the connection.
    /// May be asked twice at once for one host.
    /// </summary>
    Task<bool> PinAsync(SshEndpoint endpoint, string fingerprint, CancellationToken cancellationToken);
}
