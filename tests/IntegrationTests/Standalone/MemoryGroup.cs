using System.Globalization;

namespace FineTunePipeline.IntegrationTests.Standalone;

/// <summary>A control group of its own for memory (version 1 or 2): a process in it that takes more than its limit is killed by the system.</summary>
internal sealed class MemoryGroup : IDisposable
{
    private readonly string _folder;
    private readonly string _limit;
    private readonly string _peak;

    private MemoryGroup(string folder, string limit, string peak) => (_folder, _limit, _peak) = (folder, limit, peak);

    /// <summary>The file that takes the number of a process that moves in; the memory that it has already stays charged where it was.</summary>
    public string Members => Path.Combine(_folder, "cgroup.procs");

    /// <summary>null where none can be made.</summary>
    public static MemoryGroup? TryMake()
    {
        foreach (var (root, limit, peak) in new[] { ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.max_usage_in_bytes"), ("/sys/fs/cgroup", "memory.max", "memory.peak") })
        {
            try
            {
                var folder = Path.Combine(root, $"finetune-test-{Guid.NewGuid():N}");
                if (Directory.Exists(root) && Directory.CreateDirectory(folder).Exists && File.Exists(Path.Combine(folder, limit)) && File.Exists(Path.Combine(folder, peak)))
                {
                    return new MemoryGroup(folder, limit, peak);
                }

                Directory.Delete(folder);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                continue; // The next version may allow it.
            }
        }

        return null;
    }

    public void Limit(long bytes) => File.WriteAllText(Path.Combine(_folder, _limit), $"{bytes}");

    /// <summary>Moves a process in.</summary>
    public void Confine(int pid, long bytes)
    {
        Limit(bytes);
        File.WriteAllText(Members, $"{pid}");
    }

    /// <summary>The most that its processes had together, with the files that they were the first to read.</summary>
    public long PeakBytes() => long.Parse(File.ReadAllText(Path.Combine(_folder, _peak)), CultureInfo.InvariantCulture);

    public void Dispose() => Directory.Delete(_folder);
}
