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

    private const string LibcScript = """
        getconf GNU_LIBC_VERSION 2>/dev/null && exit
        if command -v ldd >/dev/null; then ldd --version 2>&1 | head -n 1; else /lib64/ld-linux-x86-64.so.2 --version 2>&1 | head -n 1; fi
        """;

    /// <summary>Prints where the first of some libraries is: in the usual folders, or where the dynamic linker's own list says.</summary>
    private const string FindLibrary = """
        library() {
          for n do
            for d in /usr/lib/x86_64-linux-gnu /lib/x86_64-linux-gnu /usr/lib64 /lib64 /usr/lib /lib /usr/local/lib64 /usr/local/lib; do
              if [ -e "$d/$n" ]; then echo "$d/$n"; return; fi
            done
            f=$(PATH=$PATH:/usr/sbin:/sbin ldconfig -p 2>/dev/null | sed -n "s|.* => \\(/.*/$n\\)\$|\\1|p" | head -n 1)
            if [ -n "$f" ]; then echo "$f"; return; fi
          done
        }

        """;

    // Names of versions are texts in the library's table, each ended by a zero.
    private const string LibstdcxxScript = FindLibrary + """
        f=$(library libstdc++.so.6)
        [ -n "$f" ] || exit 0
        echo "$f"
        tr '\000' '\n' <"$f" | LC_ALL=C grep '^GLIBCXX_3\.4\.[0-9][0-9]*$'
        """;

    private const string OpenSslScript = FindLibrary + "library libssl.so.3 libssl.so.1.1";

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
        var lines = Lines((await test.AskAsync("libstdcxx", LibstdcxxScript, cancellationToken)).StandardOutput);
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
