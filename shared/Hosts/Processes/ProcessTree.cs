namespace FineTunePipeline.Hosts.Processes;

/// <summary>Processes and what they started, on Linux.</summary>
public static class ProcessTree
{
    /// <summary>These and all live ones that descend from them.</summary>
    public static IReadOnlyList<int> Below(IEnumerable<int> roots)
    {
        var children = ProcStat.Live().ToLookup(process => process.Stat.Parent, process => process.Pid);
        var found = new List<int>();
        var open = new Queue<int>(roots);
        while (open.TryDequeue(out var pid))
        {
            if (!found.Contains(pid))
            {
                found.Add(pid);
                children[pid].ToList().ForEach(open.Enqueue);
            }
        }

        return found;
    }
}
