using FineTunePipeline.Hosts.Ssh.Connections;

namespace FineTunePipeline.Hosts.Ssh.Commands;

/// <summary>Runs short scripts of ours on a host to their end.</summary>
/// <param name="pool">Connections to it.</param>
/// <param name="lease">
/// The folder of a lease: no script makes it again when it is gone, for then the host was given back, and whoever still works there is late. null: there is none.
/// </param>
internal sealed class RemoteCalls(SshConnections pool, string? lease)
{
    // Within the folder, and not by its path: what is gone between a look and the next line stays gone.
    private const string MakeFolder = """
        make_folder() { case $1 in "$lease"/*) (cd -- "$lease/" && mkdir -p -- "./${1#"$lease"/}") ;; *) mkdir -p -- "$1" ;; esac; }

        """;

    private readonly string _opening = lease is null
        ? "make_folder() { mkdir -p -- \"$1\"; }\n"
        : $"lease={ShellQuote.Quote(lease.TrimEnd('/'))}\n{MakeFolder}";

    public SshConnections Pool => pool;

    /// <summary>The folder of a lease; null: there is none.</summary>
    public string? Lease => lease;

    /// <summary>A script that makes folders, by <c>make_folder FOLDER</c>.</summary>
    public RemoteScript Making(string script, params ReadOnlySpan<string> arguments) => new(_opening + script, arguments);

    public SshOptions Options => pool.Options;

    /// <summary>Runs a script without input and collects all that it writes to standard output.</summary>
    /// <param name="doing">For people: "listing /root/work".</param>
    /// <exception cref="HostUnreachableException">No contact, or no end within the limit.</exception>
    public Task<RemoteResult> RunAsync(RemoteScript script, string doing, TimeSpan limit, CancellationToken cancellationToken) =>
        RunAsync(script, default, doing, limit, cancellationToken);

    /// <summary>Runs a script with input and collects all that it writes to standard output. It must read its input before it writes much.</summary>
    /// <param name="doing">For people: "listing /root/work".</param>
    /// <exception cref="HostUnreachableException">No contact, or no end within the limit.</exception>
    public Task<RemoteResult> RunAsync(RemoteScript script, ReadOnlyMemory<byte> input, string doing, TimeSpan limit, CancellationToken cancellationToken) => WithinAsync(
        doing,
        limit,
        async token =>
        {
            var process = await RemoteProcess.StartAsync(pool, script, token).ConfigureAwait(false);
            await using (process.ConfigureAwait(false))
            {
                if (!input.IsEmpty && await process.WriteAsync(input, token).ConfigureAwait(false))
                {
                    await process.CloseInputAsync(token).ConfigureAwait(false);
                }

                return await ToEndAsync(process, token).ConfigureAwait(false);
            }
        },
        cancellationToken);

    /// <summary>All that a process still writes to standard output, and how it ended.</summary>
    /// <exception cref="HostUnreachableException">The connection broke.</exception>
    public static async Task<RemoteResult> ToEndAsync(RemoteProcess process, CancellationToken cancellationToken)
    {
        using var output = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await process.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            output.Write(buffer, 0, read);
        }

        return new RemoteResult(await process.ExitAsync(cancellationToken).ConfigureAwait(false), output.ToArray(), process.ErrorText.Trim());
    }

    /// <summary>Gives a piece of work a time limit, after which the host counts as unreachable: what holds it up we cannot see from here.</summary>
    public async Task<T> WithinAsync<T>(string doing, TimeSpan limit, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit, pool.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            return await work(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw Late(doing, limit, exception);
        }
    }

    /// <summary>What is thrown at the end of a time limit.</summary>
    public HostUnreachableException Late(string doing, TimeSpan limit, Exception exception) =>
        new(FormattableString.Invariant($"{pool.Endpoint} did not finish {doing} within {limit.TotalSeconds:0.#} s."), exception);
}
