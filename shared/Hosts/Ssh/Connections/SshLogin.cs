using System.Net.Sockets;
using System.Security.Cryptography;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace FineTunePipeline.Hosts.Ssh.Connections;

/// <summary>Opens connections to one host: checks its key before anything secret is sent, then logs in with our key, or with a password where one is given.</summary>
/// <param name="jump">Opens the way over the host's jump host; null: there is none.</param>
internal sealed class SshLogin(
    SshEndpoint endpoint, Func<CancellationToken, Task<ForwardedPort>>? jump, SshPassword? password, IHostKeys hostKeys, SshOptions options, TimeProvider time)
{
    private const string FastCipher = "aes128-gcm@openssh.com";

    /// <summary>Resists a quantum computer, as the first choice of servers since OpenSSH 9.9 does.</summary>
    private const string QuantumSafeExchange = "mlkem768x25519-sha256";
    private const string FastExchange = "curve25519-sha256";

    /// <exception cref="HostUnreachableException">It does not answer, or not within <see cref="SshOptions.ConnectTimeout"/>.</exception>
    /// <exception cref="HostKeyChangedException">Its key is not the pinned one.</exception>
    /// <exception cref="HostLoginRefusedException">It does not let us in.</exception>
    public async Task<SshConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var pinned = await hostKeys.FindAsync(endpoint, cancellationToken).ConfigureAwait(false);
        try
        {
            return await OpenAsync(pinned, cancellationToken).ConfigureAwait(false);
        }
        catch (HostKeyChangedException unknown) when (pinned is null)
        {
            // The first connection only showed us the key. The second one accepts nothing else.
            if (await hostKeys.PinAsync(endpoint, unknown.Shown, cancellationToken).ConfigureAwait(false))
            {
                return await OpenAsync(unknown.Shown, cancellationToken).ConfigureAwait(false);
            }

            throw;
        }
    }

    private async Task<SshConnection> OpenAsync(string? expected, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.ConnectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        SshWire? wire = null;
        SshClient? client = null;
        string? shown = null;
        try
        {
            wire = await SshWire.ConnectAsync(endpoint, jump, time, either.Token).ConfigureAwait(false);
            client = new SshClient(Info(wire));
            client.HostKeyReceived += (_, key) =>
            {
                shown = "SHA256:" + key.FingerPrintSHA256;
                key.CanTrust = shown == expected;
            };

            // SSH.NET waits for parts of the handshake without a token: cutting the wire ends that too.
            using (either.Token.UnsafeRegister(static wire => ((SshWire)wire!).Cut("no login in time"), wire))
            {
                await Task.Factory.StartNew(
                    () => client.ConnectAsync(either.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap().ConfigureAwait(false);
            }

            return new SshConnection(endpoint, wire, client, options, time);
        }
        catch (Exception exception)
        {
            client?.Dispose();
            if (wire is not null)
            {
                await wire.DisposeAsync().ConfigureAwait(false);
            }

            if (shown is not null && shown != expected)
            {
                throw new HostKeyChangedException(endpoint, expected, shown);
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (Meaning(exception, limit.IsCancellationRequested) is { } meaning)
            {
                throw meaning;
            }

            throw;
        }
    }

    private ConnectionInfo Info(SshWire wire)
    {
        var info = new ConnectionInfo(wire.LocalEndpoint.Address.ToString(), wire.LocalEndpoint.Port, endpoint.User, Methods())
        {
            // Of single waits inside SSH.NET, such as for a channel; the connection's own watch is faster where the host is dead.
            Timeout = options.CallTimeout > options.ConnectTimeout ? options.CallTimeout : options.ConnectTimeout,

            // Two more than calls: for the probe, and for what ends a command.
            MaxSessions = options.CallsPerConnection + 2,
        };

        // SSH.NET puts AES-CTR with a separate HMAC first. AES-GCM does both at once, with the processor's own instructions on both sides.
        if (AesGcm.IsSupported)
        {
            info.Encryptions.SetPosition(FastCipher, 0);
        }

        // SSH.NET prefers sntrup761, whose managed form costs 80 ms of processor time a login, to curve25519. A server that can do no better is asked for the latter:
        // who could ever break it must have recorded the traffic with a host that is rented from a stranger.
        info.KeyExchangeAlgorithms.SetPosition(QuantumSafeExchange, 0);
        info.KeyExchangeAlgorithms.SetPosition(FastExchange, 1);
        return info;
    }

    private AuthenticationMethod[] Methods()
    {
        if (password is null)
        {
            return [new PrivateKeyAuthenticationMethod(endpoint.User, Key())];
        }

        // Servers with PAM may take a password only as the answer to a question.
        var asked = new KeyboardInteractiveAuthenticationMethod(endpoint.User);
        asked.AuthenticationPrompt += (_, questions) =>
        {
            foreach (var prompt in questions.Prompts)
            {
                prompt.Response = password.Value;
            }
        };
        return [new PasswordAuthenticationMethod(endpoint.User, password.Value), asked];
    }

    private PrivateKeyFile Key()
    {
        try
        {
            return new PrivateKeyFile(options.KeyFile);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SshException or FormatException or NotSupportedException)
        {
            throw new HostLoginRefusedException(
                $"The private key {options.KeyFile} cannot be used ({exception.Message.TrimEnd('.')}): make one with `ssh-keygen -t ed25519 -N ''`, or set FINETUNE__Ssh__KeyFile.", exception);
        }
    }

    private Exception? Meaning(Exception exception, bool isLate) => exception switch
    {
        HostLoginRefusedException or HostUnreachableException => null,
        SshAuthenticationException => new HostLoginRefusedException(
            password is null
                ? $"{endpoint} does not let this installation in. Add this line to ~/.ssh/authorized_keys there: {SshKeyFile.PublicLine(options.KeyFile)}"
                : $"{endpoint} refused the login with the given password.",
            exception),
        _ when isLate => new HostUnreachableException(FormattableString.Invariant($"{endpoint} gave no SSH login within {options.ConnectTimeout.TotalSeconds:0.#} s."), exception),
        SshException or SocketException or ObjectDisposedException => new HostUnreachableException($"{endpoint} cannot be reached by SSH: {exception.Message}", exception),
        _ => null,
    };
}
