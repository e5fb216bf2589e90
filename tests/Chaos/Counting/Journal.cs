using System.Globalization;

namespace FineTunePipeline.Chaos.Counting;

/// <summary>The engines' own record. No kill touches an engine, so each is started once for its attempt, and its effect happens once for its job.</summary>
internal sealed class Journal(ChaosFolder folder)
{
    /// <summary>Whole lines so far.</summary>
    public IReadOnlyList<JournalLine> Read() => File.Exists(folder.Journal)
        ? [.. File.ReadAllLines(folder.Journal).Select(line => line.Split(' ')).Where(parts => parts.Length == 7).Select(parts => new JournalLine(
            parts[0], long.Parse(parts[1], CultureInfo.InvariantCulture), int.Parse(parts[2], CultureInfo.InvariantCulture), parts[4], parts[5], parts[6]))]
        : [];

    /// <summary>One sentence for each start and each effect that should not have been.</summary>
    public static IEnumerable<string> Duplicates(IReadOnlyList<JournalLine> lines)
    {
        foreach (var again in lines.Where(line => line.What == "start").GroupBy(line => (line.JobId, line.Stage, line.Purpose)).Where(group => group.Count() > 1))
        {
            foreach (var line in again.Skip(1))
            {
                yield return $"{line.JobId} {line.Stage} {line.Purpose} was started again {line.AtMs - again.First().AtMs} ms after its first start";
            }
        }

        foreach (var again in lines.Where(line => line.What == "effect").GroupBy(line => (line.JobId, line.StageName, line.Purpose)).Where(group => group.Count() > 1))
        {
            foreach (var line in again.Skip(1))
            {
                yield return $"{line.JobId} {line.Purpose} was done in {again.First().Stage}, and again in {line.Stage} {line.AtMs - again.First().AtMs} ms later";
            }
        }
    }

    /// <summary>Effects that a job which succeeded must have, and has not.</summary>
    public static IEnumerable<string> Missing(IReadOnlyList<JournalLine> lines, IReadOnlySet<string> purposes, IEnumerable<string> succeeded)
    {
        var done = lines.Where(line => line.What == "effect").ToLookup(line => line.JobId, line => line.Purpose);
        return succeeded.SelectMany(job => purposes.Except(done[job]).Select(purpose => $"{job} succeeded without {purpose}"));
    }
}
