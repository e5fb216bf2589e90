using System.Globalization;

namespace FineTunePipeline.Hosts.Processes;

/// <summary>The fields of Linux's <c>/proc/&lt;pid&gt;/stat</c> that we need. Source: proc(5), read 2026-11.</summary>
internal sealed record ProcStat(char State, int Parent, int Group, string StartTime)
{
    /// <summary>A zombie or a process in its last moment: it runs no more code.</summary>
    public bool IsDead => State is 'Z' or 'X' or 'x';

    public static ProcStat? TryRead(int pid)
    {
        string text;
        try
        {
            text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // No such process, it ended while we read, or it is hidden from us.
            return null;
        }

        // The name, in parentheses, may hold spaces and parentheses itself: the fields begin after the last one.
        var fields = text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 19 && int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var parent)
            && int.TryParse(fields[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var group)
            ? new ProcStat(fields[0][0], parent, group, fields[19])
            : null;
    }

    /// <summary>Live processes of a group.</summary>
    public static IEnumerable<int> MembersOf(int group) => Live().Where(process => process.Stat.Group == group).Select(process => process.Pid);

    /// <summary>All live processes; one that is not ours to read is left out.</summary>
    public static IEnumerable<(int Pid, ProcStat Stat)> Live()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && TryRead(pid) is { IsDead: false } stat)
            {
                yield return (pid, stat);
            }
        }
    }
}
