using System.Security.Cryptography;

namespace FineTunePipeline.Cli.Http;

/// <summary>SHA-256 of a file as the gateway names it. Here, and not the store's own, because the store's project needs the web framework.</summary>
internal static class FileDigest
{
    /// <returns>64 lower-case hexadecimal digits.</returns>
    public static async Task<string> OfAsync(string path, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
    }
}
