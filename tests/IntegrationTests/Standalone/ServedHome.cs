using FineTunePipeline.Storage;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Standalone;

/// <summary>A data folder and the program that serves it, for all tests of a class, which run one after the other.</summary>
public sealed class ServedHome : IAsyncLifetime
{
    /// <summary>Looks at short intervals, so that tests need not wait; everything else as it is by default.</summary>
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["Training__LookEvery"] = "00:00:00.1",
        ["Training__ProgressEvery"] = "00:00:00",
        ["Deployment__LookEvery"] = "00:00:00.2",
    };

    private static readonly string[] Arguments = ["serve", "--urls", "http://127.0.0.1:0"];

    private StandaloneProgram? _program;
    private GatewayCalls? _gateway;
    private string _root = "";

    public string Folder { get; } = Directory.CreateTempSubdirectory("finetune-home-").FullName;

    internal GatewayCalls Gateway => _gateway!;

    internal StandaloneProgram Program => _program!;

    public async ValueTask InitializeAsync()
    {
        _program = StandaloneProgram.Start(Folder, Arguments, Settings);
        _gateway = new GatewayCalls(await _program.AddressAsync());
    }

    /// <summary>A data folder in which one folder, or the whole, is a disk of its own with <paramref name="mebibytes"/>.</summary>
    internal static async Task<ServedHome> OnSmallDiskAsync(string part, int mebibytes)
    {
        var home = new ServedHome();
        var disk = Path.Combine(home.Folder, part).TrimEnd('/');
        Directory.CreateDirectory(disk);
        var settings = new Dictionary<string, string>(Settings) { ["Prepare__MinimumFreeDiskBytes"] = "1048576" };
        home._program = StandaloneProgram.Start(home.Folder, Arguments, settings, SmallDisk.Of(disk, mebibytes));
        home._gateway = new GatewayCalls(await home._program.AddressAsync());
        home._root = SmallDisk.Root(home._program.Pid);
        return home;
    }

    /// <summary>A path in the data folder, as the program sees it.</summary>
    internal string At(params string[] parts) => Path.Combine([_root + Folder, .. parts]);

    /// <summary>Engines, supervisors and model servers of this folder, whatever their job.</summary>
    internal IReadOnlyList<HomeProcess> Processes() => HomeProcesses.Of(Folder);

    /// <summary>Waits for a process and gives it; one that the test wants is started soon or never.</summary>
    internal async Task<HomeProcess> ProcessAsync(string program, string? verb, string path)
    {
        HomeProcess? found = null;
        await GatewayCalls.UntilAsync(
            () => Task.FromResult((found = Processes().FirstOrDefault(one => one.Is(program, verb) && one.ToString().Contains(path, StringComparison.Ordinal))) is not null),
            () => $"a process {program} {verb} that works in {path}");
        return found!;
    }

    /// <summary>No process works, no host is held and no unfinished file lies about: what is left are databases, finished artifacts and the lock.</summary>
    internal async Task AssertNothingLeftAsync()
    {
        // A failed job ends before its host is given back: the release is waited for.
        await GatewayCalls.UntilAsync(() => Task.FromResult(Remains().Count == 0), () => "the end of what is left: " + string.Join("; ", Remains()));
    }

    public async ValueTask DisposeAsync()
    {
        _gateway?.Dispose();
        if (_program is not null)
        {
            if (!_program.HasExited)
            {
                await _program.StopAsync();
            }

            await _program.DisposeAsync();
        }

        // Model servers outlive the program, as they should.
        foreach (var process in Processes())
        {
            await StandaloneProgram.SignalAsync(process.Pid, "KILL");
        }

        Directory.Delete(Folder, recursive: true);
    }

    private List<string> Remains()
    {
        try
        {
            var work = At("work");
            var unfinished = Directory.EnumerateFiles(At(), DurableFile.TemporaryPrefix + "*", SearchOption.AllDirectories);
            var inWork = Directory.Exists(work) ? Directory.EnumerateFiles(work, "*", SearchOption.AllDirectories) : [];
            return [.. Processes().Select(process => process.ToString()), .. unfinished, .. inWork];
        }
        catch (DirectoryNotFoundException exception)
        {
            // It went while we looked.
            return [exception.Message];
        }
    }
}
