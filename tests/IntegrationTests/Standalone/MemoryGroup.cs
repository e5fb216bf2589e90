namespace FineTunePipeline.IntegrationTests.Standalone;

/// <summary>A control group of its own for memory (version 1 or 2): a process in it that takes more than its limit is killed by the system.</summary>
internal sealed class MemoryGroup : IDisposable
{
    private readonly string _folder;
    private readonly string _limit;

    private MemoryGroup(string folder, string limit) => (_folder, _limit) = (folder, limit);

    /// <summary>null where none can be made.</summary>
    public static MemoryGroup? TryMake()
    {
        foreach (var (root, limit) in new[] { ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max") })
        {
            try
            {
                var folder = Path.Combine(root, $"finetune-test-{Guid.NewGuid():N}");
                if (Directory.Exists(root) && Directory.CreateDirectory(folder).Exists && File.Exists(Path.Combine(folder, limit)))
                {
                    return new MemoryGroup(folder, limit);
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

    /// <summary>Moves a process in; memory that it already has stays charged where it was.</summary>
    public void Confine(int pid, long bytes)
    {
        File.WriteAllText(Path.Combine(_folder, _limit), $"{bytes}");
        File.WriteAllText(Path.Combine(_folder, "cgroup.procs"), $"{pid}");
    }

    public void Dispose() => Directory.Delete(_folder);
}
