using System.Text;
using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Conversion;

/// <summary>Names of result files for people: <c>job name-type.gguf</c>.</summary>
internal static class FileNames
{
    private const int LongestName = 60;

    public static string Gguf(JobSpec spec, string jobId, string type) => $"{Clean(spec.Name) ?? jobId}-{type}.gguf";

    /// <summary>Letters, digits, dots, dashes and underscores of any script; null if nothing of the name is left.</summary>
    private static string? Clean(string? name)
    {
        var clean = new StringBuilder();
        foreach (var rune in (name ?? "").EnumerateRunes())
        {
            if (clean.Length >= LongestName)
            {
                break;
            }

            if (Rune.IsLetterOrDigit(rune) || rune.Value is '.' or '_')
            {
                clean.Append(rune.ToString());
            }
            else if (clean.Length > 0 && clean[^1] != '-')
            {
                clean.Append('-');
            }
        }

        var text = clean.ToString().Trim('-', '.');
        return text.Length > 0 ? text : null;
    }
}
