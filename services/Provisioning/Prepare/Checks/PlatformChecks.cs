using System.Globalization;
using FineTunePipeline.Hosts.Probes;

namespace FineTunePipeline.Provisioning.Prepare.Checks;

/// <summary>Whether programs that were built for Linux x64 start there.</summary>
internal static class PlatformChecks
{
    /// <summary>libtorch's bridge and llama.cpp ask for symbols of it.</summary>
    private static readonly Version OldestGlibc = new(2, 34);

    /// <summary>Of GCC 12; the bridge to libtorch asks for it (a marker of GCC 13 that it also names is made optional by the trainer).</summary>
    private const int OldestLibstdcxx = 30;

    private const string LibcScript = "getconf GNU_LIBC_VERSION 2>/dev/null || ldd --version 2>&1 | head -n 1";

    // Names of versions are texts in the library's table, each ended by a zero.
    private const string LibstdcxxScript = """
        for d in /usr/lib/x86_64-linux-gnu /lib/x86_64-linux-gnu /usr/lib64 /lib64 /usr/lib /lib; do
          [ -e "$d/libstdc++.so.6" ] || continue
          echo "$d/libstdc++.so.6"
          tr '\000' '\n' <"$d/libstdc++.so.6" | LC_ALL=C grep '^GLIBCXX_3\.4\.[0-9][0-9]*$'
          exit 0
        done
        """;

    private const string OpenSslScript = """
        for d in /usr/lib/x86_64-linux-gnu /lib/x86_64-linux-gnu /usr/lib64 /lib64 /usr/lib /lib; do
          for f in "$d/libssl.so.3" "$d/libssl.so.1.1"; do
            if [ -e "$f" ]; then echo "$f"; exit 0; fi
          done
        done
        """;

    private const string ToolsScript = """for p in tar gzip sha256sum find dd df tr grep sed; do command -v "$p" >/dev/null || echo "$p"; done""";

    public static async Task<Finding> ProcessorAsync(HostUnderTest test, CancellationToken cancellationToken)
    {
        var answer = (await test.AskAsync("cpu", "uname -s -m", cancellationToken)).StandardOutput.Trim();
        return answer == "Linux x86_64" ? Finding.Good(answer) : Finding.Bad(answer.Length > 0 ? answer : "uname gave no answer");
    }

    public static async Task<Finding> LibcAsync(HostUnderTest test, CancellationToken cancellationToken)
    {
        var answer = (await test.AskAsync("libc", LibcScript, cancellationToken)).StandardOutput.Trim();
        return GlibcReport.Version(answer) is { } version
            ? Finding.Of(version >= OldestGlibc, $"glibc {version}, {OldestGlibc} or newer needed")
            : Finding.Bad(answer.Length > 0 ? $"no glibc: {answer}" : "no glibc that tells its version");
    }

    public static async Task<Finding> LibstdcxxAsync(HostUnderTest test, CancellationToken cancellationToken)
    {
        const string prefix = "GLIBCXX_3.4.";
        var lines = Lines((await test.AskAsync("libstdc++", LibstdcxxScript, cancellationToken)).StandardOutput);
        if (lines.Length == 0)
        {
            return Finding.Bad("there is no libstdc++.so.6");
        }

        var newest = lines.Where(line => line.StartsWith(prefix, StringComparison.Ordinal))
            .Select(line => int.Parse(line.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture)).DefaultIfEmpty(0).Max();
        return Finding.Of(
            newest >= OldestLibstdcxx, string.Create(CultureInfo.InvariantCulture, $"{lines[0]} has {prefix}{newest}, {prefix}{OldestLibstdcxx} needed"));
    }

    public static async Task<Finding> OpenSslAsync(HostUnderTest test, CancellationToken cancellationToken)
    {
        var answer = (await test.AskAsync("openssl", OpenSslScript, cancellationToken)).StandardOutput.Trim();
        return answer.Length > 0 ? Finding.Good(answer) : Finding.Bad("there is no libssl.so.3 and no libssl.so.1.1");
    }

    public static async Task<Finding> ToolsAsync(HostUnderTest test, CancellationToken cancellationToken)
    {
        var missing = Lines((await test.AskAsync("tools", ToolsScript, cancellationToken)).StandardOutput);
        return missing.Length == 0 ? Finding.Good("all programs that we use are there") : Finding.Bad($"missing: {string.Join(", ", missing)}");
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
