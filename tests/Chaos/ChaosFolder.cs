namespace FineTunePipeline.Chaos;

/// <summary>Folders and files of a run.</summary>
internal sealed class ChaosFolder
{
    private readonly SemaphoreSlim _remembering = new(1);

    public ChaosFolder(string path)
    {
        Path = path;
        foreach (var folder in (string[])[Home, Work, Points, Plans, Templates, Inputs, Deployed, Logs])
        {
            Directory.CreateDirectory(folder);
        }
    }

    public string Path { get; }

    /// <summary>The services' data folder.</summary>
    public string Home => At("home");

    /// <summary>Where hosts are folders.</summary>
    public string Work => System.IO.Path.Combine(Home, "work");

    public string Databases => System.IO.Path.Combine(Home, "data");

    /// <summary>Armed points, and when processes first reached one.</summary>
    public string Points => At("points");

    /// <summary>What the engines do for each job.</summary>
    public string Plans => At("plans");

    /// <summary>What a real run of each engine wrote.</summary>
    public string Templates => At("templates");

    /// <summary>The engines' own record of what they did.</summary>
    public string Journal => At("journal");

    /// <summary>The programs that stand in the engines' place.</summary>
    public string Engines => At("engines");

    /// <summary>The same for hosts that are reached by SSH.</summary>
    public string HostEngines => At("host-engines");

    /// <summary>What hosts have as LLaMA-Factory.</summary>
    public string LlamaFactory => At("llamafactory-cli");

    /// <summary>Those hosts: disks, keys, logs of logins.</summary>
    public string Hosts => At("hosts");

    public string Inputs => At("inputs");

    public string Deployed => At("deployed");

    public string Logs => At("logs");

    /// <summary>A line <c>PID START-TIME</c> for each service process, for whoever cleans up after a harness that was killed.</summary>
    public string Pids => At("pids");

    /// <summary>Adds a process to <see cref="Pids"/>.</summary>
    public async Task RememberAsync(int pid, string startedAt)
    {
        await _remembering.WaitAsync();
        try
        {
            await File.AppendAllTextAsync(Pids, $"{pid} {startedAt}\n");
        }
        finally
        {
            _remembering.Release();
        }
    }

    private string At(string name) => System.IO.Path.Combine(Path, name);
}
