using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Gateway.Apis;
using FineTunePipeline.Hosts.Ssh;
using FineTunePipeline.IntegrationTests.ModelTools;
using FineTunePipeline.IntegrationTests.Standalone;
using FineTunePipeline.TestKit;
using FineTunePipeline.TestKit.Ssh;
using Microsoft.Data.Sqlite;
using Xunit;
using TemporaryFolder = FineTunePipeline.TestKit.Storage.TemporaryFolder;

namespace FineTunePipeline.IntegrationTests.Hosts.Pool;

/// <summary>A person with a running Standalone and the command line, for whom silence is short.</summary>
internal sealed class PoolHome : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["Training__LookEvery"] = "00:00:00.2",
        ["Training__ProgressEvery"] = "00:00:00",
        ["Prepare__NetworkAddresses"] = "",
        ["Pool__ProbeEvery"] = "00:00:01",
        ["Pool__LostAfter"] = "00:00:06",
        ["Ssh__ConnectTimeout"] = "00:00:05",
        ["Ssh__ProbeAfter"] = "00:00:01",
        ["Ssh__ProbeTimeout"] = "00:00:02",
    };

    private readonly TemporaryFolder _folder = new();
    private readonly List<RentedHost> _hosts = [];
    private readonly Dictionary<string, string> _settings;
    private StandaloneProgram? _program;

    private PoolHome(IReadOnlyDictionary<string, string> settings)
    {
        _settings = new Dictionary<string, string>(Settings) { ["Engines__HostFolder"] = ScriptEngines.Write(_folder.At("host-engines")) };
        foreach (var (name, value) in settings)
        {
            _settings[name] = value;
        }
    }

    public GatewayCalls Gateway { get; private set; } = null!;

    public string PublicLine => SshKeyFile.PublicLine(_folder.At("home", "ssh_key"));

    /// <param name="settings">Beside the usual ones, or in their place.</param>
    public static async Task<PoolHome> StartAsync(IReadOnlyDictionary<string, string>? settings = null)
    {
        var home = new PoolHome(settings ?? new Dictionary<string, string>());
        await home.StartProgramAsync();
        return home;
    }

    /// <summary>The whole control plane dies, as by a power cut.</summary>
    public async Task KillProgramAsync()
    {
        await StandaloneProgram.SignalAsync(_program!.Pid, "KILL");
        await _program.ExitCodeAsync();
        await _program.DisposeAsync();
    }

    /// <summary>Starts it, also again.</summary>
    public async Task StartProgramAsync()
    {
        _program = StandaloneProgram.Start(_folder.At("home"), ["serve", "--urls", "http://127.0.0.1:0"], _settings);
        Gateway?.Dispose();
        Gateway = new GatewayCalls(await _program.AddressAsync());
    }

    /// <summary>What the query finds in a service's database.</summary>
    public async Task<long> CountAsync(string service, string query)
    {
        await using var database = new SqliteConnection($"Data Source={_folder.At("home", "data", service + ".db")};Mode=ReadOnly;Pooling=False");
        await database.OpenAsync();
        await using var command = database.CreateCommand();
        command.CommandText = query;
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>A text in the store.</summary>
    public Task<string> StoredTextAsync(string sha256) => File.ReadAllTextAsync(_folder.At("home", "artifacts", "sha256", sha256[..2], sha256));

    /// <summary>Changes a service's database, while nobody else does.</summary>
    public async Task ChangeAsync(string service, string change)
    {
        await using var database = new SqliteConnection($"Data Source={_folder.At("home", "data", service + ".db")};Mode=ReadWrite;Pooling=False");
        await database.OpenAsync();
        await using var command = database.CreateCommand();
        command.CommandText = change;
        Assert.NotEqual(0, await command.ExecuteNonQueryAsync());
    }

    /// <summary>A host of the person's that lets this installation in.</summary>
    public async Task<RentedHost> RentAsync(bool letsUsIn = true, string? programs = null)
    {
        var host = await RentedHost.StartAsync(programs);
        _hosts.Add(host);
        if (letsUsIn)
        {
            await SshKeyFile.EnsureAsync(_folder.At("home", "ssh_key"), default);
            host.Authorize(PublicLine);
        }

        return host;
    }

    /// <summary>Rents one and adds it by the command line.</summary>
    public Task<RentedHost> AddAsync(string name, params string[] options) => AddWithAsync(programs: null, name, options);

    /// <summary>One that has programs of its own.</summary>
    public async Task<RentedHost> AddWithAsync(string? programs, string name, params string[] options)
    {
        var host = await RentAsync(programs: programs);
        await FinetuneAsync(["hosts", "add", host.SshCommand, "--name", name, "--folder", host.Folder, .. options]);
        return host;
    }

    /// <summary>Adds a host in a container, which lets this installation in, by the command line.</summary>
    public async Task AddAsync(string name, ContainerHost host, params string[] options)
    {
        await SshKeyFile.EnsureAsync(_folder.At("home", "ssh_key"), default);
        host.Authorize(PublicLine);
        await FinetuneAsync(["hosts", "add", host.SshCommand, "--name", name, .. options]);
    }

    /// <summary>Runs <c>finetune</c>, which must succeed.</summary>
    public async Task<string> FinetuneAsync(params string[] arguments)
    {
        var (code, said) = await TryFinetuneAsync(arguments);
        Assert.True(code == 0, said);
        return said;
    }

    /// <summary>Runs <c>finetune</c>, and tells what it printed; of what failed also the diagnostics.</summary>
    public async Task<(int Code, string Said)> TryFinetuneAsync(params string[] arguments)
    {
        var result = await ModelEngine.RunAsync(EnginePath.Of("finetune"), [.. arguments, "--gateway", (await _program!.AddressAsync()).ToString()]);
        return (result.ExitCode, result.ExitCode == 0 ? result.Output : result.Output + result.Diagnostics);
    }

    /// <summary>Runs <c>finetune</c> where a person's own programs are on this PATH.</summary>
    public async Task<(int Code, string Said)> TryFinetuneWithPathAsync(string path, params string[] arguments)
    {
        var result = await ModelEngine.RunAsync("/usr/bin/env", ["PATH=" + path, EnginePath.Of("finetune"), .. arguments, "--gateway", (await _program!.AddressAsync()).ToString()]);
        return (result.ExitCode, result.ExitCode == 0 ? result.Output : result.Output + result.Diagnostics);
    }

    /// <summary>Runs <c>finetune</c> with a line of input.</summary>
    public async Task FinetuneWithInputAsync(string line, params string[] arguments)
    {
        string[] command = ["-c", "line=$1; shift; printf '%s\\n' \"$line\" | \"$@\"", "sh", line, EnginePath.Of("finetune"), .. arguments, "--gateway", (await _program!.AddressAsync()).ToString()];
        var result = await ModelEngine.RunAsync("/bin/sh", command);
        Assert.True(result.ExitCode == 0, result.Output + result.Diagnostics);
    }

    /// <summary>No file of the installation, and nothing that it said, holds a secret.</summary>
    public void AssertNowhere(string secret)
    {
        Assert.DoesNotContain(secret, _program!.Said, StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "lock"))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            Assert.True(bytes.GetBuffer().AsSpan(0, (int)bytes.Length).IndexOf(System.Text.Encoding.UTF8.GetBytes(secret)) < 0, $"{file} holds the secret");
        }
    }

    /// <summary>As the command line lists them.</summary>
    public async Task<IReadOnlyList<HostView>> HostsAsync() =>
        JsonElement.Parse(await FinetuneAsync("hosts", "--json")).GetProperty("hosts").Deserialize<List<HostView>>(ContractJson.Options)!;

    /// <summary>Waits until the view of a host is as wanted.</summary>
    public async Task<HostView> HostAsync(string name, Func<HostView, bool> wanted)
    {
        HostView? host = null;
        await GatewayCalls.UntilAsync(
            async () => (host = (await Gateway.HostsAsync()).FirstOrDefault(one => one.Name == name)) is not null && wanted(host), () => $"a state of the host {name}, which is {host}");
        return host!;
    }

    /// <summary>The job on a host of the pool.</summary>
    public static JobSpec OnHost(JobSpec job) => job with { Provider = new ProviderSpec { Name = "ssh" }, Budget = new BudgetSpec { HourlyPriceCap = 5 } };

    public async ValueTask DisposeAsync()
    {
        Gateway?.Dispose();
        if (_program is not null)
        {
            if (!_program.HasExited)
            {
                await _program.StopAsync();
            }

            await _program.DisposeAsync();
        }

        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }

        _folder.Dispose();
    }
}
