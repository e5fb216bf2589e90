using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace FineTunePipeline.JobFiles;

/// <summary>
/// What a job file never needs and a hostile one uses: aliases, which let a few lines stand for gigabytes or for themselves, and deep nesting, which
/// ends the process. Looked for in the parser's events, before a tree is made.
/// </summary>
internal static class YamlLimits
{
    private const int MostDepth = 16;

    /// <exception cref="YamlException">With the place.</exception>
    public static void Check(string yaml)
    {
        if (yaml.IndexOf('\0') is var at and >= 0)
        {
            // The parser takes it for a line's end; a file that holds one is no text.
            var before = yaml.AsSpan(0, at);
            var place = new Mark(at, before.Count('\n') + 1, at - before.LastIndexOf('\n'));
            throw new YamlException(place, place, "A NUL byte: this is no text file.");
        }

        using var reader = new StringReader(yaml);
        var parser = new Parser(reader);
        var depth = 0;
        while (parser.MoveNext())
        {
            var current = parser.Current!;
            depth += current.NestingIncrease;
            if (current is AnchorAlias)
            {
                throw new YamlException(current.Start, current.End, "Aliases (*name) are not used in job files; write the value out.");
            }

            if (depth > MostDepth)
            {
                throw new YamlException(current.Start, current.End, $"Nested deeper than {MostDepth} levels.");
            }
        }
    }
}
