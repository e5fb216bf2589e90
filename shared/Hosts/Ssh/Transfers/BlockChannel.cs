using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using FineTunePipeline.Hosts.Ssh.Commands;
using FineTunePipeline.Hosts.Transfers;

namespace FineTunePipeline.Hosts.Ssh.Transfers;

/// <summary>
/// Sends blocks of a large file over one channel, one behind the other without waiting: the host's window stays full. Each block is flushed there and then
/// confirmed; what was not confirmed when the channel ends is given back.
/// </summary>
internal sealed class BlockChannel(RemoteCalls calls, HostUpload file, BlockBoard board, TransferMeter meter)
{
    public const int BlockBytes = 8 << 20;

    private const int UnitBytes = 64 * 1024;
    private const int ChunkBytes = 256 * 1024;

    // Offsets and lengths are in units of 64 KiB; the end of the last block is filled up, and cut off when all are there. A block that is not whole is the end
    // of the input.
    private const string Script = """
        partial=$1
        make_folder "${partial%/*}/" && umask 022 || exit
        LC_ALL=C; export LC_ALL
        while read -r at count; do
          said=$(dd of="$partial" bs=65536 seek="$at" count="$count" iflag=fullblock conv=notrunc,fsync 2>&1) || { echo "$said" | head -n 1 >&2; exit 74; }
          case $said in "$count+0 records in"*) echo "$at" ;; *) exit 74 ;; esac
        done
        """;

    /// <summary>Blocks that this channel's host has confirmed.</summary>
    public int Confirmed { get; private set; }

    public static int CountOf(HostUpload file) => (int)((file.Bytes + BlockBytes - 1) / BlockBytes);

    public static int LengthOf(HostUpload file, int block) => (int)Math.Min(BlockBytes, file.Bytes - ((long)block * BlockBytes));

    /// <summary>Sends until no block waits; does nothing where none does.</summary>
    /// <param name="spread">See <see cref="Connections.SshConnections.TakeAsync"/>.</param>
    /// <exception cref="HostUnreachableException">The connection broke, or nothing moved for <see cref="SshOptions.CallTimeout"/>.</exception>
    /// <exception cref="IOException">The host could not store a block, or the content is too short.</exception>
    public async Task RunAsync(int spread, CancellationToken cancellationToken)
    {
        // Taken before the channel is opened: SSH.NET does not tell the host of the end of an input that was never written to.
        if (!board.TryTake(out var first))
        {
            return;
        }

        var unconfirmed = new ConcurrentQueue<int>([first]);
        using var limit = new StallLimit(calls, cancellationToken);
        try
        {
            var script = calls.Making(Script, UploadPaths.Partial(file));
            var process = await RemoteProcess.StartAsync(calls.Pool, script, limit.Token, spread: spread).ConfigureAwait(false);
            await using (process.ConfigureAwait(false))
            {
                try
                {
                    await RunAsync(process, first, unconfirmed, limit).ConfigureAwait(false);
                }
                catch (Exception exception) when (exception is not HostUnreachableException)
                {
                    // Whoever is told that it failed may remove what is there: nothing must write to it any more.
                    await ((Task)process.KillAsync()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    throw;
                }
            }
        }
        catch (Exception exception) when (limit.Explains(exception))
        {
            throw calls.Late($"storing {file.Path} (nothing moved)", calls.Options.CallTimeout, exception);
        }
        finally
        {
            board.GiveBack(unconfirmed);
        }
    }

    private async Task RunAsync(RemoteProcess process, int first, ConcurrentQueue<int> unconfirmed, StallLimit limit)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        var answers = ConfirmAsync(process, unconfirmed, limit, end.Token);
        var sending = SendAsync(process, first, unconfirmed, limit, end.Token);
        try
        {
            // The answers end before their time where the host has given up or is gone: that must not wait for a content that comes slowly.
            if (await Task.WhenAny(sending, answers).ConfigureAwait(false) == sending)
            {
                await sending.ConfigureAwait(false);
            }

            await answers.ConfigureAwait(false);
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(sending, answers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (await process.ExitAsync(limit.Token).ConfigureAwait(false) is not 0 and var code)
        {
            throw new IOException($"{calls.Pool.Endpoint} could not store {file.Path} (exit code {code}): {UploadText.Brief(process.ErrorText)}");
        }
    }

    private async Task SendAsync(RemoteProcess process, int first, ConcurrentQueue<int> unconfirmed, StallLimit limit, CancellationToken cancellationToken)
    {
        var content = await file.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            var chunk = new byte[ChunkBytes];
            for (var block = first; await SendAsync(process, content, block, chunk, limit, cancellationToken).ConfigureAwait(false);)
            {
                if (!board.TryTake(out block))
                {
                    break;
                }

                unconfirmed.Enqueue(block);
            }
        }

        // Where the process has ended nobody reads this.
        await process.CloseInputAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <returns>false if the process has ended.</returns>
    private async Task<bool> SendAsync(RemoteProcess process, Stream content, int block, byte[] chunk, StallLimit limit, CancellationToken cancellationToken)
    {
        var left = LengthOf(file, block);
        var units = (left + UnitBytes - 1) / UnitBytes;
        var header = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{(long)block * (BlockBytes / UnitBytes)} {units}\n"));
        if (!await process.WriteAsync(header, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        content.Position = (long)block * BlockBytes;
        while (left > 0)
        {
            var wanted = Math.Min(left, ChunkBytes);
            var read = await content.ReadAtLeastAsync(chunk.AsMemory(0, wanted), wanted, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (read < wanted)
            {
                throw new IOException($"The content for {file.Path} ends at {content.Position} bytes, and {file.Bytes} were announced.");
            }

            var whole = (wanted + UnitBytes - 1) / UnitBytes * UnitBytes;
            chunk.AsSpan(wanted, whole - wanted).Clear();
            if (!await process.WriteAsync(chunk.AsMemory(0, whole), cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            left -= wanted;
            meter.Sent(wanted);
            limit.Moved();
        }

        return true;
    }

    private async Task ConfirmAsync(RemoteProcess process, ConcurrentQueue<int> unconfirmed, StallLimit limit, CancellationToken cancellationToken)
    {
        var buffer = new byte[1024];
        int read;
        while ((read = await process.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            // A line for each block, in the order in which they were sent.
            for (var lines = buffer.AsSpan(0, read).Count((byte)'\n'); lines > 0 && unconfirmed.TryDequeue(out var block); lines--)
            {
                board.Confirm(block);
                Confirmed++;
                meter.Done(LengthOf(file, block));
            }

            limit.Moved();
        }
    }
}
