using System.Diagnostics;

namespace FineTunePipeline.TestKit.Processes;

/// <summary>
/// Every process of a data folder, found in <c>/proc</c> by the folder's path in its command line or environment: also those that left their parent.
/// Linux only.
/// </summary>
public static class HomeProcesses
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    /// <summary>Command lines of the processes that live.</summary>
    public static IReadOnlyList<string> Commands(string home) => [.. Of(home).Select(process => process.Command)];

    /// <summary>Waits for <paramref name="main"/> to end and returns the largest sum, in bytes, of the resident memory of all.</summary>
    public static async Task<long> PeakMemoryAsync(string home, Process main, CancellationToken cancellationToken)
    {
        var peak = 0L;
        using var timer = new PeriodicTimer(Look);
        while (!main.HasExited)
        {
            peak = Math.Max(peak, Of(home).Sum(process => process.ResidentBytes));
            await timer.WaitForNextTickAsync(cancellationToken);
        }

        await main.WaitForExitAsync(cancellationToken);
        return peak;
    }

    private static IEnumerable<(string Command, long ResidentBytes)> Of(string home)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            (string Command, long ResidentBytes) found;
            try
            {
                var command = File.ReadAllText($"{folder}/cmdline").Replace('\0', ' ').Trim();
                if (!command.Contains(home, StringComparison.Ordinal) && !File.ReadAllText($"{folder}/environ").Contains(home, StringComparison.Ordinal))
                {
                    continue;
                }

                var pages = File.ReadAllText($"{folder}/statm").Split(' ')[1];
                found = (command, long.Parse(pages, System.Globalization.CultureInfo.InvariantCulture) * Environment.SystemPageSize);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                continue; // It ended while we looked, or is not ours.
            }

            // A zombie has no command line any more; it is over.
            if (found.Command.Length > 0)
            {
                yield return found;
            }
        }
    }
}
