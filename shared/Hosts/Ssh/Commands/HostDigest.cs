using FineTunePipeline.Storage;

namespace FineTunePipeline.Hosts.Ssh.Commands;

/// <summary>SHA-256 as scripts of ours have the host compute it.</summary>
internal static class HostDigest
{
    /// <summary>Digits of a digest.</summary>
    public const int Length = 64;

    /// <summary>
    /// Sets <c>$sum</c> to a command that writes a line for each file it is given, or for its input; a line begins with the digest, unless the file's name holds
    /// a backslash or a line break. OpenSSL has the processor's own instructions for it; sha256sum of coreutils 9.1 has not, and takes several times as long.
    /// An openssl that is there need not work, so it is tried. Where there is neither the script ends with <see cref="RemoteResult.NoSuchProgram"/>.
    /// </summary>
    public const string Choose = """
        case $(openssl dgst -sha256 -r </dev/null 2>/dev/null) in
          e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855*) sum='openssl dgst -sha256 -r' ;;
          *) command -v sha256sum >/dev/null || exit 69; sum=sha256sum ;;
        esac
        """ + "\n";

    public static IOException Missing(SshEndpoint endpoint) => new(
        $"{endpoint} has no program sha256sum, which we need there to verify files: install coreutils (or busybox with sha256sum).");

    /// <summary>Can a line of <c>$sum</c> be told from others by its digest alone?</summary>
    public static bool IsPlain(string path) => path.AsSpan().IndexOfAny('\\', '\n', '\r') < 0;

    /// <summary>The digests of lines that hold nothing else; what is no digest is left out.</summary>
    public static IEnumerable<string> In(string output) => output.Split('\n').Where(Digests.IsSha256);
}
