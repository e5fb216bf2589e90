using System.Collections.Concurrent;
using FineTunePipeline.Chaos.Rented.Faults;
using FineTunePipeline.TestKit;
using FineTunePipeline.TestKit.Ssh;

namespace FineTunePipeline.Chaos.Rented.Hosts;

/// <summary>One host of the pool: a computer behind a line of ours, and the record of when it could not be reached.</summary>
internal sealed class RentedMachine(string name, string folder, string authorizedLine, TimeProvider time) : IAsyncDisposable
{
    private readonly SshComputer _computer = new(folder, authorizedLine);
    private readonly ConcurrentQueue<Outage> _outages = new();
    private CuttableLine _line = new();
    private int _boot;

    /// <summary>As its owner calls it.</summary>
    public string Name => name;

    /// <summary>What the hosts' journal calls it: its name and the number of its boot.</summary>
    public string Label => FormattableString.Invariant($"{name}.{_boot}");

    /// <summary>As its owner pastes it.</summary>
    public string SshCommand => FormattableString.Invariant($"ssh -p {_line.Port} root@127.0.0.1");

    /// <summary>Where jobs keep their files there.</summary>
    public string Folder => Path.Combine(_computer.Disk, "finetune");

    /// <summary>What its owner gives for a status command, where he has one: it tells the simulated provider's truth.</summary>
    public string StatusCommand => $"cat '{_computer.StatusFile}'";

    public IReadOnlyCollection<Outage> Outages => _outages;

    /// <summary>It is being disturbed now.</summary>
    public bool IsDisturbed { get; set; }

    /// <summary>The process on which it hangs, with its start time.</summary>
    public (int Pid, string StartedAt) Holder => _computer.Holder;

    /// <summary>It is switched on for the first time.</summary>
    public Task StartAsync() => BootAsync(newHostKey: true);

    /// <param name="resets">Who is connected hears of it.</param>
    public async Task<Outage> PowerOffAsync(EvictionKind kind, bool resets)
    {
        var outage = Begin(kind);
        _line.Cut(resets);
        await _computer.PowerOffAsync(kind == EvictionKind.Kill ? "gone" : "restarting");
        return outage;
    }

    /// <summary>It is back, with its disk or as a new machine; at another address it is known only to its owner.</summary>
    public async Task PowerOnAsync(Outage outage, bool emptyDisk, bool newAddress, bool newHostKey)
    {
        if (emptyDisk)
        {
            _computer.EmptyDisk();
        }

        if (newAddress)
        {
            // Whoever still asks at the old one is refused by nobody in particular.
            var old = _line;
            _line = new CuttableLine();
            await old.DisposeAsync();
        }

        await BootAsync(newHostKey);
        outage.UntilMs = Now();
    }

    /// <param name="resets">Connections break; else they stay and carry nothing.</param>
    public Outage Cut(bool resets)
    {
        var outage = Begin(EvictionKind.Cut);
        _line.Cut(resets);
        return outage;
    }

    /// <param name="forgets">Connections of before stay dead.</param>
    public void Mend(Outage outage, bool forgets)
    {
        _line.Join(_computer.Port, forgets);
        outage.UntilMs = Now();
    }

    public Outage Freeze()
    {
        var outage = Begin(EvictionKind.Freeze);
        _computer.Freeze();
        return outage;
    }

    public void Thaw(Outage outage)
    {
        _computer.Thaw();
        outage.UntilMs = Now();
    }

    /// <summary>What runs there beside the server.</summary>
    public IReadOnlyList<string> Processes() => _computer.Processes();

    /// <summary>What jobs left on its disk; engines and base models stay for the next one.</summary>
    public IReadOnlyList<string> Leftovers()
    {
        string[] kept = [Path.Combine(Folder, ".finetune", "engines") + "/", Path.Combine(Folder, ".finetune", "models") + "/"];
        return Directory.Exists(Folder)
            ? [.. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Where(file => !kept.Any(folder => file.StartsWith(folder, StringComparison.Ordinal)))]
            : [];
    }

    public async ValueTask DisposeAsync()
    {
        await _computer.DisposeAsync();
        await _line.DisposeAsync();
    }

    private async Task BootAsync(bool newHostKey)
    {
        _boot++;
        await _computer.BootAsync(newHostKey, new Dictionary<string, string> { ["CHAOS_HOST"] = Label });
        _line.Join(_computer.Port, forgets: true);
    }

    private Outage Begin(EvictionKind kind)
    {
        var outage = new Outage(Label, kind, Now());
        _outages.Enqueue(outage);
        return outage;
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
