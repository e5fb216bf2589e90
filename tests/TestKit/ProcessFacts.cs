using System.Diagnostics;
using System.Globalization;

namespace FineTunePipeline.TestKit;

/// <summary>What tests set, and ask, about processes on Linux.</summary>
public static class ProcessFacts
{
    private const int UserTicks = 11;
    private const int SystemTicks = 12;
    private const int StartTicks = 19;
    private const double TicksPerSecond = 100;

    /// <summary>Takes settings of ours out of what a process will inherit.</summary>
    public static void ForgetSettings(this ProcessStartInfo start)
    {
        foreach (var inherited in start.Environment.Keys.Where(name => name.StartsWith("FINETUNE_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(inherited);
        }
    }

    /// <summary>Processor time in seconds, of all its threads; 0 if the process is gone.</summary>
    public static double CpuSeconds(int pid) => Stat(pid) is { } stat
        ? (long.Parse(stat[UserTicks], CultureInfo.InvariantCulture) + long.Parse(stat[SystemTicks], CultureInfo.InvariantCulture)) / TicksPerSecond
        : 0;

    /// <summary>Resident memory in MB (2^20 bytes); 0 if the process is gone.</summary>
    public static double ResidentMegabytes(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            return double.Parse(line[6..^2], CultureInfo.InvariantCulture) / 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>When it started, in ticks since the boot; with its id the name of a process for ever. 0 if it is gone.</summary>
    public static string StartedAt(int pid) => Stat(pid)?[StartTicks] ?? "0";

    /// <summary>The fields of <c>/proc/PID/stat</c> after the name, from the state on; null if the process is gone.</summary>
    private static string[]? Stat(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
