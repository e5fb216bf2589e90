using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Hosts;

namespace FineTunePipeline.TestKit.Hosts;

/// <summary>
/// A compute host in memory: files are a dictionary, and a command does what the test has written for its verb (its first argument). Commands end at once
/// unless the script leaves them running. Keeps the contract of run folders: a folder that holds a run never gets a second one.
/// </summary>
public sealed class ScriptedHost : IComputeHost, IHostConnector
{
    private readonly Dictionary<string, Func<ScriptedCall, ScriptedRun>> _scripts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ScriptedRun> _runs = new(StringComparer.Ordinal);

    /// <summary>Absolute path to bytes.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>Every command that was really started or run, in order.</summary>
    public List<ScriptedCall> Calls { get; } = [];

    /// <summary>Run folders that were stopped, in order.</summary>
    public List<string> Stopped { get; } = [];

    /// <summary>How long each of them was given to end by itself.</summary>
    public List<TimeSpan> Graces { get; } = [];

    /// <summary>Files cannot be read: the host does not answer.</summary>
    public bool FailReads { get; set; }

    /// <summary>Folders and files that were deleted, in order.</summary>
    public List<string> Deleted { get; } = [];

    /// <summary>Called before each look with the number of looks so far: the place where a test lets time pass on the host, or cuts the connection.</summary>
    public Action<int>? BeforeLook { get; set; }

    /// <summary>Looks so far.</summary>
    public int Looks { get; private set; }

    /// <summary>Says what commands with this verb do; the last script of a verb holds.</summary>
    public ScriptedHost On(string verb, Func<ScriptedCall, ScriptedRun> script)
    {
        _scripts[verb] = script;
        return this;
    }

    /// <summary>Ends a run from outside, as a crash or a reboot would.</summary>
    public void End(string runFolder, RunState state, int? exitCode = null) => _runs[runFolder] = _runs[runFolder] with { State = state, ExitCode = exitCode };

    public string Text(string path) => Encoding.UTF8.GetString(Files[path]);

    public void Write(string path, string text) => Files[path] = Encoding.UTF8.GetBytes(text);

    public IComputeHost Connect(HostReference reference) => this;

    public Task<CommandResult> RunAsync(HostCommand command, CancellationToken cancellationToken)
    {
        var run = Execute(new ScriptedCall(command, null, this));
        return Task.FromResult(new CommandResult(run.ExitCode ?? 137, run.Output, run.Error));
    }

    public Task<bool> StartAsync(string runFolder, HostCommand command, CancellationToken cancellationToken)
    {
        if (_runs.ContainsKey(runFolder))
        {
            return Task.FromResult(false);
        }

        var run = Execute(new ScriptedCall(command, runFolder, this));
        Write($"{runFolder}/{RunFolder.Output}", run.Output);
        Write($"{runFolder}/{RunFolder.Error}", run.Error);
        _runs[runFolder] = run;
        return Task.FromResult(true);
    }

    public Task<RunLook> LookAsync(string runFolder, CancellationToken cancellationToken)
    {
        BeforeLook?.Invoke(++Looks);
        return Task.FromResult(
            _runs.TryGetValue(runFolder, out var run) ? new RunLook { State = run.State, ExitCode = run.ExitCode } : new RunLook { State = RunState.None });
    }

    public Task StopAsync(string runFolder, TimeSpan grace, CancellationToken cancellationToken)
    {
        Stopped.Add(runFolder);
        Graces.Add(grace);
        if (_runs.TryGetValue(runFolder, out var run) && run.State == RunState.Running)
        {
            End(runFolder, RunState.Exited, 143);
        }

        return Task.CompletedTask;
    }

    public Task<byte[]> ReadAsync(string path, long offset, int maxBytes, CancellationToken cancellationToken) =>
        Task.FromResult(Files.TryGetValue(path, out var bytes) ? bytes.Skip((int)offset).Take(maxBytes).ToArray() : []);

    public Task<IReadOnlyList<HostFile>> ListAsync(string folder, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<HostFile>>(
        [.. Files
            .Where(file => file.Key.StartsWith(folder + "/", StringComparison.Ordinal))
            .Select(file => new HostFile(file.Key[(folder.Length + 1)..], file.Value.Length))]);

    public Task<string> HashAsync(string path, CancellationToken cancellationToken) => Task.FromResult(Convert.ToHexStringLower(SHA256.HashData(Files[path])));

    public async Task UploadAsync(Stream content, string path, CancellationToken cancellationToken)
    {
        using var memory = new MemoryStream();
        await content.CopyToAsync(memory, cancellationToken);
        Files[path] = memory.ToArray();
    }

    public async Task UploadAsync(IReadOnlyList<HostUpload> files, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            await using var content = await file.OpenAsync(cancellationToken);
            await UploadAsync(content, file.Path, cancellationToken);
        }
    }

    public Task<Stream> OpenReadAsync(string path, CancellationToken cancellationToken) => FailReads ? throw new HostUnreachableException("The host does not answer.") : Files.TryGetValue(path, out var bytes)
        ? Task.FromResult<Stream>(new MemoryStream(bytes))
        : throw new FileNotFoundException($"The host has no file {path}.", path);

    public Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        Deleted.Add(path);
        foreach (var file in Files.Keys.Where(file => file == path || file.StartsWith(path + "/", StringComparison.Ordinal)))
        {
            Files.TryRemove(file, out _);
        }

        return Task.CompletedTask;
    }

    public Task<ForwardedPort> ForwardAsync(int remotePort, CancellationToken cancellationToken) => Task.FromResult(new ForwardedPort(remotePort));

    private ScriptedRun Execute(ScriptedCall call)
    {
        Calls.Add(call);
        return _scripts.TryGetValue(call.Verb, out var script)
            ? script(call)
            : throw new InvalidOperationException($"The test has no script for '{call.Verb}' ({string.Join(' ', call.Command.Arguments)}).");
    }
}
