using System.Globalization;

namespace FineTunePipeline.Hosts.Processes;

/// <summary>
/// A process that can be told from every other one on its computer, also from one that got the same number later or after a reboot.
/// </summary>
/// <param name="Pid">Process id.</param>
/// <param name="StartTime">When it started, in whatever unit the system counts (Linux: clock ticks since boot).</param>
/// <param name="BootId">
/// Which run of the system: Linux's own name for it and the start of its first process, since a container that is started again has the first of its machine and the
/// numbers of its processes once more. <c>-</c> where the system has no such name and <paramref name="StartTime"/> is a wall time.
/// </param>
public sealed record ProcessIdentity(int Pid, string StartTime, string BootId)
{
    private const string NoBootId = "-";
    private static readonly Lazy<string> ThisBoot = new(ReadBootId);

    /// <summary>The identity of a live process; null if there is none (a zombie counts as none).</summary>
    public static ProcessIdentity? Of(int pid)
    {
        if (OperatingSystem.IsLinux())
        {
            return ProcStat.TryRead(pid) is { IsDead: false } stat ? new ProcessIdentity(pid, stat.StartTime, ThisBoot.Value) : null;
        }

        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(pid);
            return process.HasExited
                ? null
                : new ProcessIdentity(pid, process.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture), NoBootId);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // No process has this number, or it ended while we asked.
            return null;
        }
    }

    /// <summary>The three lines of a pid file; null if the text is not that.</summary>
    public static ProcessIdentity? Parse(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.Length == 3 && int.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            ? new ProcessIdentity(pid, lines[1], lines[2])
            : null;
    }

    /// <summary>Reads a pid file; null if it is not there or not one.</summary>
    public static ProcessIdentity? Read(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Is exactly this process alive?</summary>
    public bool IsAlive() => Of(Pid) == this;

    /// <summary>The three lines of a pid file.</summary>
    public string Format() => string.Create(CultureInfo.InvariantCulture, $"{Pid}\n{StartTime}\n{BootId}\n");

    private static string ReadBootId()
    {
        const string path = "/proc/sys/kernel/random/boot_id";
        return (File.Exists(path) ? File.ReadAllText(path).Trim() : NoBootId) + "/" + (ProcStat.TryRead(1)?.StartTime ?? NoBootId);
    }
}
