using System.Security.Cryptography;

namespace FineTunePipeline.Hosts.Ssh.Runs;

/// <summary><c>supervise.sh</c>, as it is built into this program. Hosts keep it under a name that holds its digest: each version has a file of its own.</summary>
internal static class SupervisorScript
{
    private const int NameDigits = 12;

    private static readonly Lazy<byte[]> Content = new(Load);
    private static readonly Lazy<string> Digest = new(() => Convert.ToHexStringLower(SHA256.HashData(Content.Value)));

    public static byte[] Bytes => Content.Value;

    /// <summary>SHA-256, lower-case hexadecimal.</summary>
    public static string Sha256 => Digest.Value;

    /// <summary>Where it lies below a host's work folder.</summary>
    public static string PathIn(string workFolder) => $"{workFolder.TrimEnd('/')}/.finetune/supervise-{Sha256[..NameDigits]}.sh";

    private static byte[] Load()
    {
        using var stream = typeof(SupervisorScript).Assembly.GetManifestResourceStream("supervise.sh")
            ?? throw new InvalidOperationException("supervise.sh is not built into this program.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
