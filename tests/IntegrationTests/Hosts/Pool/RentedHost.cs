using FineTunePipeline.IntegrationTests.Standalone;
using FineTunePipeline.TestKit.Ssh;
using FineTunePipeline.TestKit.Storage;

namespace FineTunePipeline.IntegrationTests.Hosts.Pool;

/// <summary>
/// A rented computer: an SSH server with a folder for its disk. It is this computer, so the engines are there already; what runs "on it" is what names its folder.
/// </summary>
internal sealed class RentedHost : IAsyncDisposable
{
    private readonly TemporaryFolder _disk = new();
    private readonly SshServer _server;

    private RentedHost(SshServer server) => _server = server;

    /// <summary>As its owner pastes it.</summary>
    public string SshCommand => FormattableString.Invariant($"ssh -p {_server.Endpoint.Port} root@127.0.0.1");

    public string Address => _server.Endpoint.ToString();

    /// <summary>Where jobs keep their files there.</summary>
    public string Folder => _disk.At("finetune");

    /// <summary>Root's home there.</summary>
    public string Home => _server.Home;

    public string Fingerprint => _server.Fingerprint;

    /// <summary>Its owner's own key.</summary>
    public string KeyFile => _server.KeyFile;

    /// <param name="programs">Folder with programs that only this host has; null: none.</param>
    public static async Task<RentedHost> StartAsync(string? programs = null) =>
        new(await SshServer.StartAsync(path: programs is null ? null : $"{programs}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"));

    public void Authorize(string publicLine) => _server.Authorize(publicLine);

    /// <summary>
    /// What its owner wants when a job gives it back: the host writes down when that is, beside the time at which the job had moved in, and is gone.
    /// </summary>
    public string PowerOffLine => FormattableString.Invariant(
        $"echo \"$(stat -c %Y '{Folder}/.finetune/lease') $(date +%s)\" >>'{JournalFile}'; kill -KILL {_server.ProcessId} $(pgrep -P {_server.ProcessId}); true");

    /// <summary>When a job had moved in, and when the host powered itself off, each time that it did.</summary>
    public IReadOnlyList<(DateTimeOffset From, DateTimeOffset Off)> Journal() => File.Exists(JournalFile)
        ? [.. File.ReadLines(JournalFile).Select(line => line.Split(' ')).Select(times => (Seconds(times[0]), Seconds(times[1])))]
        : [];

    /// <summary>When a job moved in; null: none is there.</summary>
    public DateTimeOffset? MovedInAt() => new FileInfo(Folder + "/.finetune/lease") is { Exists: true } file ? file.LastWriteTimeUtc : null;

    private string JournalFile => _disk.At("journal");

    /// <summary>What runs there.</summary>
    public IReadOnlyList<HomeProcess> Processes() => HomeProcesses.Of(_disk.Path);

    /// <summary>Somebody pulls the plug: nothing answers, and nothing runs any more.</summary>
    public async Task TakeAsync()
    {
        _server.KillNow();
        foreach (var process in Processes())
        {
            await StandaloneProgram.SignalAsync(process.Pid, "KILL");
        }
    }

    /// <summary>Nothing answers, and all goes on.</summary>
    public void CutOff() => _server.KillNow();

    /// <summary>It answers again, with the disk as it was.</summary>
    public Task ReturnAsync(bool newHostKey = false) => _server.RestartAsync(newHostKey);

    /// <summary>What jobs left on its disk, but for what the next job can use.</summary>
    public IReadOnlyList<string> Leftovers() => Directory.Exists(Folder)
        ? [.. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Where(file => !IsKept(file, "engines") && !IsKept(file, "models") && !IsKept(file, "llamafactory"))]
        : [];

    /// <summary>Of base models that wait for the next job.</summary>
    public IReadOnlyList<string> KeptModelFiles() =>
        [.. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Where(file => IsKept(file, "models"))];

    private bool IsKept(string file, string kind) => file.StartsWith(Path.Combine(Folder, ".finetune", kind) + "/", StringComparison.Ordinal);

    private static DateTimeOffset Seconds(string text) => DateTimeOffset.FromUnixTimeSeconds(long.Parse(text, System.Globalization.CultureInfo.InvariantCulture));

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Processes())
        {
            await StandaloneProgram.SignalAsync(process.Pid, "KILL");
        }

        await _server.DisposeAsync();
        _disk.Dispose();
    }
}
