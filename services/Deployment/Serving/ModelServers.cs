using System.Globalization;
using System.Text;
using System.Text.Json;
using FineTunePipeline.Deployment.Data;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Local;
using FineTunePipeline.Hosts.Runs;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Storage;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Deployment.Serving;

/// <summary>
/// Starts, finds and ends <c>finetune-model serve</c> under the host contract on this computer: detached, in a run folder named by job, attempt and
/// generation, so that whoever comes later finds it.
/// </summary>
internal sealed class ModelServers(
    IHostConnector hosts,
    EngineLocator engines,
    EngineVersions versions,
    IArtifactStore store,
    IOptions<DeploymentOptions> options,
    IOptions<LocalHostOptions> localHost,
    TimeProvider time)
{
    private const int LongestGreeting = 64 * 1024;
    private static readonly TimeSpan ServesUntilStopped = TimeSpan.FromDays(3650);
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>This computer and this folder: rows of another one are not ours.</summary>
    public string MachineId { get; } = LocalMachine.AddressOf(options.Value.Folder);

    private readonly IComputeHost _host = hosts.Connect(LocalMachine.Reference(localHost.Value.WorkFolder, options.Value.Folder));

    public string Endpoint(int port) => string.Create(CultureInfo.InvariantCulture, $"http://{options.Value.Host}:{port}/v1");

    public Task<RunLook> LookAsync(ServedModel model, CancellationToken cancellationToken) => _host.LookAsync(RunFolderOf(model), cancellationToken);

    /// <summary>The engine that serves, with its llama.cpp.</summary>
    public Task<string> EngineVersionAsync(CancellationToken cancellationToken) => versions.OfModelToolAsync(_host, cancellationToken);

    /// <summary>Starts the server of this generation, or adopts it, and waits until it listens.</summary>
    /// <returns>The port.</returns>
    public async Task<int> StartAsync(ServedModel model, CancellationToken cancellationToken)
    {
        var file = await FetchAsync(model.Sha256, cancellationToken);
        var engine = engines.Locate(Engine.Model);
        string[] arguments =
        [
            "serve", file, "--port", model.Port.ToString(CultureInfo.InvariantCulture), "--host", options.Value.Host, "--alias", model.ModelName,
        ];
        await _host.StartAsync(
            RunFolderOf(model), engine with { Arguments = [.. engine.Arguments, .. arguments], TimeLimit = ServesUntilStopped }, cancellationToken);

        var began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < options.Value.StartLimit)
        {
            if (await ReadyPortAsync(model, cancellationToken) is { } port)
            {
                return port;
            }

            var look = await LookAsync(model, cancellationToken);
            if (look.State != RunState.Running)
            {
                throw ServerFailures.Explain(model, await HostRuns.EndAsync(_host, RunFolderOf(model), look, cancellationToken));
            }

            await Task.Delay(Pause, time, cancellationToken);
        }

        throw StageException.Transient("server_not_ready", $"The model server did not listen within {options.Value.StartLimit}.");
    }

    public async Task StopAsync(ServedModel model, CancellationToken cancellationToken)
    {
        await _host.StopAsync(RunFolderOf(model), StopGrace, cancellationToken);
    }

    /// <summary>Removes the run folders of a stopped server, and its model unless another server uses it.</summary>
    public async Task RemoveFilesAsync(ServedModel model, bool keepFile, CancellationToken cancellationToken)
    {
        await _host.DeleteAsync(Path.Combine(options.Value.Folder, model.JobId), cancellationToken);
        if (!keepFile)
        {
            await _host.DeleteAsync(FileOf(model.Sha256), cancellationToken);
        }
    }

    /// <summary>The verified file beside the servers: the store's own copy may go, or be far away.</summary>
    private async Task<string> FetchAsync(string sha256, CancellationToken cancellationToken)
    {
        var path = FileOf(sha256);
        if (!File.Exists(path) || await Digests.Sha256OfFileAsync(path, cancellationToken) != sha256)
        {
            await store.DownloadAsync(sha256, path, cancellationToken);
        }

        return path;
    }

    /// <summary>The port from the line that the server writes when it listens; null before.</summary>
    private async Task<int?> ReadyPortAsync(ServedModel model, CancellationToken cancellationToken)
    {
        var output = await _host.ReadAsync($"{RunFolderOf(model)}/{RunFolder.Output}", 0, LongestGreeting, cancellationToken);
        foreach (var line in Encoding.UTF8.GetString(output).Split('\n').SkipLast(1))
        {
            if (line.Contains("\"ready\"", StringComparison.Ordinal) && TryReadPort(line, out var port))
            {
                return port;
            }
        }

        return null;
    }

    private static bool TryReadPort(string line, out int port)
    {
        port = 0;
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.GetProperty("ready").GetBoolean() && json.RootElement.GetProperty("port").TryGetInt32(out port);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return false;
        }
    }

    private string FileOf(string sha256) => Path.Combine(options.Value.Folder, "models", sha256 + ".gguf");

    private string RunFolderOf(ServedModel model) =>
        RunFolder.For(options.Value.Folder, model.JobId, "deploy", model.Attempt, string.Create(CultureInfo.InvariantCulture, $"serve-{model.Generation}"));
}
