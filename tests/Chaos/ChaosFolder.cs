namespace FineTunePipeline.Chaos;

/// <summary>Folders and files of a run.</summary>
internal sealed class ChaosFolder
{
    public ChaosFolder(string path)
    {
        Path = path;
        foreach (var folder in (string[])[Home, Points, Plans, Templates, Inputs, Deployed, Logs])
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

    public string Inputs => At("inputs");

    public string Deployed => At("deployed");

    public string Logs => At("logs");

    /// <summary>A line <c>PID START-TIME</c> for each service process, for whoever cleans up after a harness that was killed.</summary>
    public string Pids => At("pids");

    private string At(string name) => System.IO.Path.Combine(Path, name);
}
