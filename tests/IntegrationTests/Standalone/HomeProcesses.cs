using System.Globalization;

namespace FineTunePipeline.IntegrationTests.Standalone;

/// <summary>The engines and supervisors that work in a data folder: each names a path below it in its arguments.</summary>
internal static class HomeProcesses
{
    /// <summary>Live processes whose arguments name <paramref name="folder"/>, with those arguments.</summary>
    public static IReadOnlyList<HomeProcess> Of(string folder) =>
        [.. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).OfType<string>().Select(name => TryRead(name, folder)).OfType<HomeProcess>()];

    /// <summary>Waits for a program to end and returns the largest sum, in bytes, of the resident memory of all processes of the folder.</summary>
    public static async Task<long> PeakMemoryAsync(string folder, StandaloneProgram program, CancellationToken cancellationToken)
    {
        var peak = 0L;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (!program.HasExited)
        {
            peak = Math.Max(peak, Of(folder).Sum(process => process.ResidentBytes));
            await timer.WaitForNextTickAsync(cancellationToken);
        }

        return peak;
    }

    private static HomeProcess? TryRead(string name, string folder)
    {
        if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
        {
            return null;
        }

        try
        {
            // A zombie has no arguments any more.
            var arguments = File.ReadAllText($"/proc/{name}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
            if (!arguments.Any(argument => argument.Contains(folder, StringComparison.Ordinal)))
            {
                return null;
            }

            var pages = File.ReadAllText($"/proc/{name}/statm").Split(' ')[1];
            return new HomeProcess(pid, arguments, long.Parse(pages, CultureInfo.InvariantCulture) * Environment.SystemPageSize);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It ended while we looked.
            return null;
        }
    }
}
