using FineTunePipeline.Hosts.Ssh.Commands;
using FineTunePipeline.Hosts.Transfers;

namespace FineTunePipeline.Hosts.Ssh.Transfers;

/// <summary>Brings files to a host: small ones packed, large ones in blocks, and none that is there.</summary>
internal sealed class BatchUpload(RemoteCalls calls)
{
    /// <summary>Up to here a file is packed: lost with a connection it is soon sent again.</summary>
    private const long LargestPacked = 16 << 20;

    /// <summary>Each pack is a channel, with a window of its own. Fewer than a connection has places for, so that a second connection is not needed.</summary>
    private const int PacksAtOnce = 6;

    private readonly PresenceLook _presence = new(calls);
    private readonly PackUpload _packs = new(calls);
    private readonly BlockUpload _blocks = new(calls);

    /// <inheritdoc cref="IComputeHost.UploadAsync(IReadOnlyList{HostUpload}, IProgress{TransferProgress}?, CancellationToken)"/>
    /// <exception cref="ArgumentException">See <see cref="UploadPaths.Check"/>.</exception>
    public async Task UploadAsync(IReadOnlyList<HostUpload> files, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var wanted = UploadPaths.Check(files);
        var meter = new TransferMeter(wanted.Sum(file => file.Bytes), progress, calls.Pool.Time);
        var small = wanted.Where(file => file.Bytes <= LargestPacked).ToList();
        var missing = await _presence.MissingAsync(small, cancellationToken).ConfigureAwait(false);
        meter.Done(small.Sum(file => file.Bytes) - missing.Sum(file => file.Bytes));
        var atOnce = new ParallelOptions { MaxDegreeOfParallelism = PacksAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            FilePack.Of(missing.OrderBy(file => file.Path, StringComparer.Ordinal)),
            atOnce,
            async (pack, token) =>
            {
                if (!await _packs.UploadAsync(pack, meter, token).ConfigureAwait(false))
                {
                    foreach (var file in pack.Files)
                    {
                        await _blocks.UploadAsync(file, meter, token).ConfigureAwait(false);
                    }
                }
            }).ConfigureAwait(false);

        // Two: while one is hashed to its end the blocks of the next are sent.
        await Parallel.ForEachAsync(
            wanted.Where(file => file.Bytes > LargestPacked),
            new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = cancellationToken },
            async (file, token) => await _blocks.UploadAsync(file, meter, token).ConfigureAwait(false)).ConfigureAwait(false);
        meter.End();
    }
}
