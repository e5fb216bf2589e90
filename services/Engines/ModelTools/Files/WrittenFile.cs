using System.Security.Cryptography;

namespace FineTunePipeline.ModelTools.Files;

/// <summary>A finished output file.</summary>
internal sealed record WrittenFile(string Path, long Bytes, string Sha256)
{
    /// <param name="name">How results call it.</param>
    public static async Task<WrittenFile> ReadAsync(string path, string name, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, useAsync: true);
        return new WrittenFile(name, stream.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)));
    }
}
