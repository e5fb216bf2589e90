using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace FineTunePipeline.Benchmarks.Overhead;

/// <summary>When a training's steps were written by the tool, and when <c>finetune watch</c> showed them.</summary>
internal sealed partial class StepTimes
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<int, long> _written = [];
    private readonly ConcurrentDictionary<int, long> _shown = [];

    /// <summary>Looks below the folder for the run's log until it is cancelled; <paramref name="found"/> is told the folder of the run once.</summary>
    public async Task WatchFilesAsync(string folder, Action<string> found, CancellationToken cancellationToken)
    {
        string? log = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (log is null && (log = Logs(folder).FirstOrDefault()) is not null)
                {
                    found(log);
                }

                foreach (Match step in LogStep().Matches(log is null ? "" : await File.ReadAllTextAsync(log, CancellationToken.None)))
                {
                    _written.TryAdd(Number(step), Stopwatch.GetTimestamp());
                }
            }
            catch (Exception exception) when (exception is DirectoryNotFoundException or FileNotFoundException)
            {
                // A folder was made, or deleted with its job, while it was looked through: the next look finds it otherwise.
                await Task.Yield();
            }

            await Task.Delay(LookEvery, CancellationToken.None);
        }
    }

    /// <summary>Reads what <c>finetune watch</c> prints, to its end.</summary>
    public async Task ReadWatchAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            if (ShownStep().Match(line) is { Success: true } step)
            {
                _shown.TryAdd(Number(step), Stopwatch.GetTimestamp());
            }
        }
    }

    /// <summary>For each step that was written, the seconds until this or a later one was shown.</summary>
    public IReadOnlyList<double> Delays() =>
    [
        .. _written.OrderBy(step => step.Key).Select(written =>
            Stopwatch.GetElapsedTime(written.Value, _shown.Where(shown => shown.Key >= written.Key).Min(shown => shown.Value)).TotalSeconds),
    ];

    /// <summary>Of trainings alone: questions are asked by the same tool.</summary>
    private static IEnumerable<string> Logs(string folder) => Directory.EnumerateFiles(folder, "trainer_log.jsonl", SearchOption.AllDirectories)
        .Where(file => file.Contains("/train-1/", StringComparison.Ordinal));

    private static int Number(Match step) => int.Parse(step.Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex("\"current_steps\": ([0-9]+),.*\n")]
    private static partial Regex LogStep();

    [GeneratedRegex("  step ([0-9]+)/")]
    private static partial Regex ShownStep();
}
