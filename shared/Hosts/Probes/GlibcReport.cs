using System.Text.RegularExpressions;

namespace FineTunePipeline.Hosts.Probes;

/// <summary>
/// Reads which C library a host has, from <c>getconf GNU_LIBC_VERSION</c> (<c>glibc 2.36</c>) or the first line of <c>ldd --version</c>
/// (<c>ldd (Debian GLIBC 2.36-9) 2.36</c>, <c>ldd (GNU libc) 2.34</c>) or of the loader's (<c>ld.so (Debian GLIBC 2.36-9) stable release version 2.36.</c>).
/// Source: glibc's own programs, 2026-11. Others (musl) are no glibc.
/// </summary>
public static partial class GlibcReport
{
    /// <summary>Null if the text is of another library, or no answer at all.</summary>
    public static Version? Version(string text)
    {
        var line = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "";
        var match = line.Contains("musl", StringComparison.OrdinalIgnoreCase) ? Match.Empty : AtTheEnd().Match(line);
        return match.Success ? System.Version.Parse(match.Value) : null;
    }

    [GeneratedRegex(@"(?<=^glibc |^ldd .*\) |^ld\.so .* version )\d{1,4}\.\d{1,4}(?:\.\d{1,4})?(?=\.?$)", RegexOptions.CultureInvariant)]
    private static partial Regex AtTheEnd();
}
