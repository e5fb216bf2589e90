using System.Buffers;
using System.Security.Cryptography;

namespace FineTunePipeline.Storage;

/// <summary>SHA-256 as the project writes it: 64 lower-case hexadecimal digits.</summary>
public static class Digests
{
    private const int BufferBytes = 1 << 20;
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>Is this a digest as the project writes it?</summary>
    public static bool IsSha256(string? text) => text is { Length: 64 } && !text.AsSpan().ContainsAnyExcept(HexDigits);

    /// <summary>The digest of a stream from where it stands to its end.</summary>
    public static async Task<string> Sha256Async(Stream stream, CancellationToken cancellationToken)
    {
        var (sha256, _) = await CopyAsync(stream, Stream.Null, cancellationToken).ConfigureAwait(false);
        return sha256;
    }

    /// <summary>The digest of a file.</summary>
    public static async Task<string> Sha256OfFileAsync(string path, CancellationToken cancellationToken)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.SequentialScan | FileOptions.Asynchronous);
        await using (stream.ConfigureAwait(false))
        {
            return await Sha256Async(stream, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Copies a stream and says the digest and number of the bytes that flowed.</summary>
    public static async Task<(string Sha256, long Bytes)> CopyAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long bytes = 0;
            int read;
            while ((read = await from.ReadAsync(buffer.AsMemory(0, BufferBytes), cancellationToken).ConfigureAwait(false)) > 0)
            {
                hash.AppendData(buffer, 0, read);
                await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                bytes += read;
            }

            return (Convert.ToHexStringLower(hash.GetHashAndReset()), bytes);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
