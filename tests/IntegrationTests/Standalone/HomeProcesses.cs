using System.Globalization;

namespace FineTunePipeline.IntegrationTests.Standalone;

/// <summary>The engines and supervisors that work in a data folder: each names a path below it in its arguments.</summary>
internal static class HomeProcesses
{
    /// <summary>Live processes whose arguments name <paramref name="folder"/>, with those arguments.</summary>
    public static IReadOnlyList<HomeProcess> Of(string folder) =>
        [.. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).OfType<string>().Select(name => TryRead(name, folder)).OfType<HomeProcess>()];

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
            return arguments.Any(argument => argument.Contains(folder, StringComparison.Ordinal)) ? new HomeProcess(pid, arguments) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It ended while we looked.
            return null;
        }
    }
}
