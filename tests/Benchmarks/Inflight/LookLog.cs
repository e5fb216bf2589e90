using System.Globalization;

namespace FineTunePipeline.Benchmarks.Inflight;

/// <summary>Reads when trainings were looked at.</summary>
internal sealed class LookLog(string file)
{
    /// <summary>Trainings that were looked at at all.</summary>
    public int Trainings() => Read().Count;

    /// <summary>By how many seconds each look since a moment came later than one period after the look before, the smallest first.</summary>
    public IReadOnlyList<double> Lateness(long since, TimeSpan period) =>
    [
        .. Read().Values
            .SelectMany(looks => looks.Zip(looks.Skip(1)))
            .Where(pair => pair.Second >= since)
            .Select(pair => (TimeProvider.System.GetElapsedTime(pair.First, pair.Second) - period).TotalSeconds)
            .Order(),
    ];

    private Dictionary<string, List<long>> Read()
    {
        var looks = new Dictionary<string, List<long>>();
        using var reader = new StreamReader(new FileStream(file, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite));
        var text = reader.ReadToEnd();

        // The last line may be under way.
        foreach (var line in text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.Split(' ');
            (looks.TryGetValue(words[0], out var known) ? known : looks[words[0]] = []).Add(long.Parse(words[1], CultureInfo.InvariantCulture));
        }

        return looks;
    }
}
