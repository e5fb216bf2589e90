using FineTunePipeline.Hosts.Ssh.Commands;
using FineTunePipeline.Hosts.Transfers;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Hosts.Ssh.Transfers;

/// <summary>
/// Brings one large file to the host, in blocks over several channels and connections at once. The blocks gather in a file of a temporary name that follows
/// from the content, so that a later call finds them; only what it lacks is sent.
/// </summary>
internal sealed class BlockUpload(RemoteCalls calls)
{
    /// <summary>From here on a host is far: what limits is the way, and not the processors.</summary>
    private static readonly TimeSpan Far = TimeSpan.FromMilliseconds(8);

    /// <summary>Each has a window of 2 MiB at OpenSSH's server: with 40 ms of round trip, 50 MB/s. Near, more only make both sides change between them.</summary>
    private const int MostChannels = 8;

    private const int ChannelsNear = 4;

    /// <summary>A login costs both sides more processor time than 10 MB do; near, one connection carries what a processor encrypts.</summary>
    private const long BytesPerConnection = 64 << 20;

    private const long BytesPerConnectionNear = 600 << 20;

    /// <summary>How often a connection may break with nothing confirmed in between.</summary>
    private const int MostLosses = 3;

    /// <summary>How often what the host has may turn out not to be the file.</summary>
    private const int MostRounds = 3;

    private readonly BlockLook _look = new(calls);

    /// <exception cref="ArtifactCorruptException">The content is not what its digest says.</exception>
    /// <exception cref="IOException">The host could not store it.</exception>
    /// <exception cref="HostUnreachableException">No contact, several times one after another. The blocks that are there stay for the next call.</exception>
    public async Task UploadAsync(HostUpload file, TransferMeter meter, CancellationToken cancellationToken)
    {
        try
        {
            for (var round = 1; ; round++)
            {
                if (await _look.MissingAsync(file, cancellationToken).ConfigureAwait(false) is not { } missing)
                {
                    meter.Done(file.Bytes);
                    return;
                }

                meter.Done(file.Bytes - missing.Sum(block => (long)BlockChannel.LengthOf(file, block)));
                var digest = await SendAsync(file, missing, meter, cancellationToken).ConfigureAwait(false);
                if (digest == file.Sha256)
                {
                    return;
                }

                // All blocks are those of the content, and the whole is not: then the content is wrong, and sending it again does not help.
                if (round == MostRounds || (round > 1 && missing.Count == 0))
                {
                    throw new ArtifactCorruptException(file.Sha256, digest);
                }

                meter.Done(-file.Bytes);
            }
        }
        catch (IOException exception) when (exception is not HostUnreachableException)
        {
            // On a full disk what is there is in the way; where the content is wrong it is of no use. In the background: the fault is what counts.
            _ = calls.RunAsync(
                new RemoteScript("rm -f -- \"$1\"", UploadPaths.Partial(file)), $"deleting what is there of {file.Path}", calls.Options.CallTimeout, CancellationToken.None);
            throw;
        }
    }

    /// <returns>The digest of the whole file, computed on the host.</returns>
    private async Task<string> SendAsync(HostUpload file, IReadOnlyList<int> missing, TransferMeter meter, CancellationToken cancellationToken)
    {
        var board = new BlockBoard(BlockChannel.CountOf(file), missing);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var whole = new WholeFile(calls, file, board);
        var places = calls.Options.MaxConnections * calls.Options.CallsPerConnection;
        await calls.Pool.LargeUpload.WaitAsync(cancellationToken).ConfigureAwait(false);
        Task<string?>? digest = null;
        try
        {
            // With so few places that the channels and this one could wait for each other it comes after them.
            digest = places > MostChannels ? whole.FinishAsync(stop.Token) : null;
            await SendAsync(file, board, meter, places, stop).ConfigureAwait(false);
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task?)digest ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        finally
        {
            board.Close();
            calls.Pool.LargeUpload.Release();
        }

        try
        {
            return await (digest ?? whole.FinishAsync(stop.Token)).ConfigureAwait(false) ?? throw new InvalidOperationException("All blocks are there, and none was hashed.");
        }
        catch (HostUnreachableException)
        {
            // All blocks are there: only the hashing has to begin again.
            return await new WholeFile(calls, file, Closed(board, file)).FinishAsync(stop.Token).ConfigureAwait(false) ?? throw new InvalidOperationException("No block was hashed.");
        }
    }

    private static BlockBoard Closed(BlockBoard sent, HostUpload file)
    {
        System.Diagnostics.Debug.Assert(sent.IsComplete, "Only what is whole is hashed again.");
        var board = new BlockBoard(BlockChannel.CountOf(file), []);
        board.Close();
        return board;
    }

    private async Task SendAsync(HostUpload file, BlockBoard board, TransferMeter meter, int places, CancellationTokenSource stop)
    {
        var isFar = calls.Pool.RoundTrip >= Far;
        var spread = (int)Math.Min(calls.Options.MaxConnections, 1 + (file.Bytes / (isFar ? BytesPerConnection : BytesPerConnectionNear)));

        // One place of a connection is left for the hashing.
        var most = Math.Max(1, Math.Min(Math.Min(isFar ? MostChannels : ChannelsNear, places), (spread * calls.Options.CallsPerConnection) - 1));
        while (!board.IsComplete)
        {
            var channels = Math.Min(most, BlockChannel.CountOf(file));
            var running = Enumerable.Range(0, channels).Select(number => ChannelAsync(number, file, board, meter, spread, stop)).ToList();
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            // The one that failed first stopped the others; how those ended says nothing.
            var failed = running.Where(task => !task.IsCompletedSuccessfully).OrderBy(task => task.IsCanceled).FirstOrDefault();
            await (failed ?? Task.CompletedTask).ConfigureAwait(false);
        }
    }

    private async Task ChannelAsync(int number, HostUpload file, BlockBoard board, TransferMeter meter, int spread, CancellationTokenSource stop)
    {
        try
        {
            for (var losses = 0; board.HasWaiting;)
            {
                var channel = new BlockChannel(calls, file, board, meter);
                try
                {
                    // The first shares what connection there is.
                    await channel.RunAsync(number == 0 ? 1 : spread, stop.Token).ConfigureAwait(false);
                }
                catch (HostUnreachableException)
                {
                    losses = channel.Confirmed > 0 ? 1 : losses + 1;
                    if (losses == MostLosses)
                    {
                        // Others may still have contact: a server may allow fewer connections than we want. The first says when there is none.
                        if (number > 0)
                        {
                            return;
                        }

                        throw;
                    }
                }
            }
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }
}
