using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace FineTunePipeline.ModelFormats.Gguf.Conversion;

/// <summary>
/// What a model's name says about it, by the naming habits of Hugging Face: "Qwen2.5-0.5B-Instruct" is a base name with version, a size and a fine-tune. The
/// rules are those of the reference's metadata heuristic (gguf-py metadata.py, 2026-11), so that the same folder gets the same metadata.
/// </summary>
/// <param name="FullName">Without the organisation.</param>
/// <param name="Organization">Before the slash.</param>
/// <param name="BaseName">For example Qwen2.5.</param>
/// <param name="FineTune">For example Instruct.</param>
/// <param name="Version">For example v0.2.</param>
/// <param name="SizeLabel">For example 0.5B.</param>
internal sealed partial record ModelName(string FullName, string? Organization, string? BaseName, string? FineTune, string? Version, string? SizeLabel)
{
    private const string SizeUnits = " KMBT";

    [Flags]
    private enum Kinds
    {
        None = 0,
        Base = 1,
        Size = 2,
        FineTune = 4,
        Version = 8,
        Type = 16,
    }

    /// <param name="id">A folder name or "organisation/name".</param>
    /// <param name="parameters">The model's size, to tell sizes from context lengths ("32k").</param>
    public static ModelName Parse(string id, long parameters)
    {
        if (id.Contains(' ', StringComparison.Ordinal))
        {
            return new ModelName(id, null, null, null, null, null);
        }

        var slash = id.IndexOf('/', StringComparison.Ordinal);
        var organization = slash > 0 && id[0] != '.' ? id[..slash] : slash == 0 ? "" : null;
        var name = slash >= 0 ? id[(slash + 1)..] : id;
        var parts = name.Split('-', StringSplitOptions.RemoveEmptyEntries);
        var kinds = new Kinds[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            kinds[i] = Annotate(i, ref parts[i], parameters);
        }

        DropWordSizes(parts, kinds);
        MarkBaseName(parts, kinds);
        var size = Join(parts, kinds, kind => kind.HasFlag(Kinds.Size), distinct: true);
        var fineTune = Join(parts, kinds, kind => kind.HasFlag(Kinds.FineTune));
        var version = Join(parts, kinds, kind => kind.HasFlag(Kinds.Version) && !kind.HasFlag(Kinds.Base));
        var ambiguous = size is null && fineTune is null && version is null;
        return new ModelName(name, organization, ambiguous ? null : Join(parts, kinds, kind => kind.HasFlag(Kinds.Base)), fineTune, version, size);
    }

    /// <summary>"tiny-llama v2" as "Tiny Llama v2": words in lower case get a capital, versions and numbers stay.</summary>
    public static string Title(string name)
    {
        var words = name.Replace('-', ' ').Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', words.Select(word => IsLower(word) && !VersionOrNumber().IsMatch(word) ? Capitals(word) : word));
    }

    private static Kinds Annotate(int index, ref string part, long parameters)
    {
        if (VersionPart().IsMatch(part))
        {
            return Kinds.Version;
        }

        if (TypePart().IsMatch(part))
        {
            part = part.ToUpperInvariant();
            return Kinds.Type;
        }

        if (index > 0 && SizePart().IsMatch(part))
        {
            return AnnotateSize(ref part, parameters);
        }

        return index > 0 && FineTunePart().IsMatch(part) ? Kinds.FineTune : Kinds.None;
    }

    private static Kinds AnnotateSize(ref string part, long parameters)
    {
        part = part.Replace('_', '.');
        if (char.IsDigit(part[^1]))
        {
            part = $"{part[..^2]}.{part[^1]}{part[^2]}"; // 7b1 is 7.1b
        }

        if (part.Length > 1 && char.IsDigit(part[^2]) && "kmbt".Contains(part[^1], StringComparison.Ordinal))
        {
            part = part[..^1] + char.ToUpperInvariant(part[^1]);
        }

        if (parameters != 0 && double.TryParse(part[..^1], NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            var size = number * Math.Pow(1000, SizeUnits.IndexOf(part[^1], StringComparison.Ordinal));
            if (Math.Abs(size - parameters) > 7 * parameters / 8)
            {
                part = part[..^1] + char.ToLowerInvariant(part[^1]); // far from the model's size: a context length
                return Kinds.FineTune;
            }
        }

        return Kinds.Size;
    }

    private static void DropWordSizes(string[] parts, Kinds[] kinds)
    {
        if (!parts.Where((part, i) => kinds[i].HasFlag(Kinds.Size) && part.Any(char.IsDigit)).Any())
        {
            return;
        }

        for (var i = 0; i < parts.Length; i++)
        {
            if (kinds[i].HasFlag(Kinds.Size) && parts[i].All(char.IsLetter))
            {
                kinds[i] &= ~Kinds.Size;
            }
        }
    }

    private static void MarkBaseName(string[] parts, Kinds[] kinds)
    {
        var atStart = true;
        for (var i = 0; i < parts.Length; i++)
        {
            if (atStart && ((kinds[i] == Kinds.None && char.IsLetter(parts[i][0])) || kinds[i].HasFlag(Kinds.Version)))
            {
                kinds[i] |= Kinds.Base;
                continue;
            }

            atStart = false;
            kinds[i] = kinds[i] == Kinds.None ? Kinds.FineTune : kinds[i];
        }

        for (var i = parts.Length - 1; i >= 0 && kinds[i].HasFlag(Kinds.Base) && kinds[i] != Kinds.Base; i--)
        {
            kinds[i] &= ~Kinds.Base;
        }
    }

    private static string? Join(string[] parts, Kinds[] kinds, Func<Kinds, bool> wanted, bool distinct = false)
    {
        var chosen = parts.Where((_, i) => wanted(kinds[i]));
        var joined = string.Join('-', distinct ? chosen.Distinct(StringComparer.Ordinal) : chosen);
        return joined.Length == 0 ? null : joined;
    }

    private static bool IsLower(string word) => word.Any(char.IsLower) && !word.Any(char.IsUpper);

    private static string Capitals(string word)
    {
        var result = new StringBuilder(word.Length);
        var afterLetter = false;
        foreach (var letter in word)
        {
            result.Append(afterLetter ? char.ToLowerInvariant(letter) : char.ToUpperInvariant(letter));
            afterLetter = char.IsLetter(letter);
        }

        return result.ToString();
    }

    [GeneratedRegex(@"^(v\d+(?:\.\d+)*|\d.*)$")]
    private static partial Regex VersionOrNumber();

    [GeneratedRegex(@"^(v|iter)?\d+([.]\d+)*$", RegexOptions.IgnoreCase)]
    private static partial Regex VersionPart();

    [GeneratedRegex(@"^(i?q\d(_\w)*|b?fp?(16|32))$", RegexOptions.IgnoreCase)]
    private static partial Regex TypePart();

    [GeneratedRegex(@"^((([A]|\d+[x])?\d+([._]\d+)?[KMBT][\d]?)|small|mini|medium|large|x?xl)$", RegexOptions.IgnoreCase)]
    private static partial Regex SizePart();

    [GeneratedRegex(@"^(chat|instruct|vision|lora)$", RegexOptions.IgnoreCase)]
    private static partial Regex FineTunePart();
}
