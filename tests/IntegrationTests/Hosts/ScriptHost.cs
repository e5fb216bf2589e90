using System.Diagnostics;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Processes;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts;

/// <summary>A run folder with a name that no quoting mistake survives, and supervise.sh (as it is built into the program) run there by one shell.</summary>
internal sealed class ScriptHost : IAsyncDisposable
{
    public const string Dash = "dash";
    public const string Bash = "bash";
    public const string Busybox = "busybox";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _settings = [];
    private readonly List<Process> _spaces = [];
    private string[] _wrapper = [];

    private ScriptHost()
    {
        Folder = At("it's a \"run\" $HOME `id`\n\\ * -");
        using var script = typeof(RunFolder).Assembly.GetManifestResourceStream("supervise.sh")!;
        using var file = File.Create(Script);
        script.CopyTo(file);
    }

    public static TheoryData<string> Shells => [Dash, Bash, Busybox];

    /// <summary>For what depends on the host and not on the shell: the two that know least.</summary>
    public static TheoryData<string> SmallShells => [Dash, Busybox];

    /// <summary>The run folder as the host names it.</summary>
    public string Folder { get; }

    /// <summary>The run folder as this process sees it.</summary>
    public string Seen { get => field ?? Folder; set; }

    public string Script => At("supervise.sh");

    /// <summary>Programs of this host's PATH that are not the system's.</summary>
    public string Bin => At("bin");

    private string Path { get; set; } = "";

    /// <summary>A host whose <c>sh</c> is <paramref name="shell"/>; with busybox there is nothing else. Skips where the shell is not installed.</summary>
    public static async Task<ScriptHost> OfAsync(string shell)
    {
        var program = Find(shell);
        Assert.SkipWhen(program is null, $"{shell} is not installed");
        var host = new ScriptHost();
        Directory.CreateDirectory(host.Folder);
        Directory.CreateDirectory(host.Bin);
        if (shell == Busybox)
        {
            host.Path = host.Bin;
            await RunAsync(new ProcessStartInfo(program, ["--install", "-s", host.Bin]));
        }
        else
        {
            host.Path = $"{host.Bin}:/usr/bin:/bin:/usr/sbin:/sbin";
            File.CreateSymbolicLink(host.Bin + "/sh", program);
        }

        return host;
    }

    public static string? Find(string program) => new[] { "/usr/bin/", "/bin/" }.Select(folder => folder + program).FirstOrDefault(File.Exists);

    public string At(string name) => _folder.At(name);

    public void Set(string name, string value) => _settings[name] = value;

    /// <summary>Nothing but these programs, and sh.</summary>
    public void LeaveOnly(params ReadOnlySpan<string> programs)
    {
        Path = Bin;
        foreach (var program in programs)
        {
            File.CreateSymbolicLink(Bin + "/" + program, Find(program) ?? throw new FileNotFoundException(program));
        }
    }

    /// <summary>From here on all is run in the name spaces of a program that this starts.</summary>
    /// <param name="start">A line for sh that makes the name spaces and ends by becoming <c>sleep</c>, for example.</param>
    /// <param name="kinds">Options of nsenter, one letter each.</param>
    /// <returns>Its process id.</returns>
    public async Task<int> EnterSpaceAsync(string[] start, string kinds)
    {
        var space = Process.Start(new ProcessStartInfo(start[0], start[1..]))!;
        _spaces.Add(space);
        var pid = 0;
        await UntilAsync(() => Task.FromResult((pid = Sleeper(space.Id)) != 0 || space.HasExited));
        Assert.False(space.HasExited, "the name space could not be made");
        _wrapper = ["nsenter", "-t", $"{pid}", .. kinds.Select(kind => "-" + kind)];
        return pid;
    }

    public void Command(string lines) => File.WriteAllText(Seen + "/command.sh", lines + "\n");

    public Task<ScriptAnswer> StartAsync(string lines, int seconds = 600)
    {
        Command(lines);
        return CallAsync("start", Folder, $"{seconds}");
    }

    public async Task StartedAsync(string lines, int seconds = 600) =>
        Assert.Equal(new ScriptAnswer(0, "started\n", ""), await StartAsync(lines, seconds));

    public Task<ScriptAnswer> StopAsync(int grace = 20) => CallAsync("stop", Folder, $"{grace}");

    /// <summary>The line without its heartbeat.</summary>
    public async Task<string> LookAsync()
    {
        var answer = await CallAsync("look", Folder);
        Assert.Equal((0, "", 1), (answer.Code, answer.Error, answer.Output.Count(letter => letter == '\n')));
        return answer.Output.Trim() == "none" ? "none" : answer.Output[..answer.Output.LastIndexOf(' ')];
    }

    public async Task<string> EndAsync()
    {
        var look = "";
        await UntilAsync(async () => (look = await LookAsync()) != "running");
        return look;
    }

    /// <summary>Calls the script, and reads what it says to the end: a run that held its pipes would let this wait.</summary>
    public Task<ScriptAnswer> CallAsync(params string[] arguments) => RunAsync(Info(arguments));

    /// <summary>Any line for this host's shell.</summary>
    public Task<ScriptAnswer> ShellAsync(string line, params string[] arguments) => RunAsync(Info(["-c", line, .. arguments], script: false));

    public Process Begin(params string[] arguments) => Process.Start(Info(arguments))!;

    public string Text(string name) => File.Exists(Seen + "/" + name) ? File.ReadAllText(Seen + "/" + name) : "";

    public ProcessIdentity? Record(string name) => ProcessIdentity.Read(Seen + "/" + name);

    public void Kill(string name)
    {
        using var process = Process.GetProcessById(Record(name)!.Pid);
        process.Kill();
        process.WaitForExit();
    }

    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var clock = Stopwatch.StartNew(); !await condition(); await Task.Delay(50))
        {
            Assert.True(clock.Elapsed < Patience, "It did not happen within " + Patience);
        }
    }

    public static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    public async ValueTask DisposeAsync()
    {
        await StopAsync(0);
        if (Record(RunFolder.Supervisor) is { } supervisor)
        {
            await UntilAsync(() => !supervisor.IsAlive());
        }

        foreach (var space in _spaces)
        {
            space.Kill(entireProcessTree: true);
            await space.WaitForExitAsync();
            space.Dispose();
        }

        _folder.Dispose();
    }

    private static async Task<ScriptAnswer> RunAsync(ProcessStartInfo info)
    {
        info.RedirectStandardOutput = info.RedirectStandardError = true;
        using var process = Process.Start(info)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await Task.WhenAll(output, error, process.WaitForExitAsync()).WaitAsync(Patience);
        return new ScriptAnswer(process.ExitCode, await output, await error);
    }

    private ProcessStartInfo Info(string[] arguments, bool script = true)
    {
        string[] line = [.. _wrapper, Bin + "/sh", .. script ? new[] { Script } : [], .. arguments];
        var info = new ProcessStartInfo(line[0].Contains('/') ? line[0] : Find(line[0])!, line[1..]) { WorkingDirectory = _folder.Path };
        info.Environment["PATH"] = Path;
        foreach (var (name, value) in _settings)
        {
            info.Environment[name] = value;
        }

        return info;
    }

    /// <summary>The process itself, or its child, once it is <c>sleep</c>: then the name spaces are there.</summary>
    private static int Sleeper(int pid)
    {
        try
        {
            if (File.ReadAllText($"/proc/{pid}/comm").Trim() == "sleep")
            {
                return pid;
            }

            var children = File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return children.Select(child => Sleeper(int.Parse(child, System.Globalization.CultureInfo.InvariantCulture))).FirstOrDefault(found => found != 0);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
