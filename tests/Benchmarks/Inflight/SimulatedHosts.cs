using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Hosts;

namespace FineTunePipeline.Benchmarks.Inflight;

/// <summary>
/// Hosts on which every trainer that was started goes on for ever, a step each second, with a line in its log for every ten. Each look is written to a file.
/// </summary>
internal sealed class SimulatedHosts(string looksFile) : IHostConnector, IComputeHost
{
    private const int StepsOfALine = 10;

    /// <summary>Of one length, so that a byte's line is known.</summary>
    private static readonly int LineBytes = Line(0).Length;

    /// <summary>By the attempt's folder: when its trainer was started.</summary>
    private readonly ConcurrentDictionary<string, long> _started = new();

    private readonly StreamWriter _looks = new(looksFile, append: true) { AutoFlush = true };

    public IComputeHost Connect(HostReference reference) => this;

    public Task<bool> StartAsync(string runFolder, HostCommand command, CancellationToken cancellationToken) =>
        Task.FromResult(_started.TryAdd(AttemptOf(runFolder), TimeProvider.System.GetTimestamp()));

    public Task<RunLook> LookAsync(string runFolder, CancellationToken cancellationToken)
    {
        var attempt = AttemptOf(runFolder);
        if (!_started.ContainsKey(attempt))
        {
            return Task.FromResult(new RunLook { State = RunState.None });
        }

        lock (_looks)
        {
            _looks.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{attempt} {TimeProvider.System.GetTimestamp()}"));
        }

        return Task.FromResult(new RunLook { State = RunState.Running });
    }

    public Task<byte[]> ReadAsync(string path, long offset, int maxBytes, CancellationToken cancellationToken)
    {
        var attempt = path[..path.LastIndexOf("/output/", StringComparison.Ordinal)];
        var lines = (int)(TimeProvider.System.GetElapsedTime(_started[attempt]).TotalSeconds / StepsOfALine);
        var bytes = new List<byte>();
        for (var line = (int)(offset / LineBytes); line < lines && bytes.Count + LineBytes <= maxBytes; line++)
        {
            bytes.AddRange(Line((line + 1) * StepsOfALine));
        }

        return Task.FromResult<byte[]>([.. bytes]);
    }

    public Task<IReadOnlyList<HostFile>> ListAsync(string folder, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<HostFile>>([]);

    public Task UploadAsync(Stream content, string path, CancellationToken cancellationToken) => content.CopyToAsync(Stream.Null, cancellationToken);

    public Task UploadAsync(IReadOnlyList<HostUpload> files, IProgress<TransferProgress>? progress, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(string runFolder, TimeSpan grace, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task DeleteAsync(string path, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<CommandResult> RunAsync(HostCommand command, CancellationToken cancellationToken) => throw Unexpected();

    public Task<string> HashAsync(string path, CancellationToken cancellationToken) => throw Unexpected();

    public Task<Stream> OpenReadAsync(string path, CancellationToken cancellationToken) => throw Unexpected();

    public Task<ForwardedPort> ForwardAsync(int remotePort, CancellationToken cancellationToken) => throw Unexpected();

    private static NotSupportedException Unexpected() => new("Nobody asks this of a trainer that runs.");

    private static string AttemptOf(string runFolder) => runFolder[..runFolder.LastIndexOf('/')];

    private static byte[] Line(int step) => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $$"""{"current_steps": {{step,8}}, "total_steps": 1000000, "loss": 1.25, "lr": 0.0001, "epoch": 0.5}""") + "\n");
}
