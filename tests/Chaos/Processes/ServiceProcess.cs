using System.Diagnostics;
using System.Globalization;
using FineTunePipeline.TestKit;

namespace FineTunePipeline.Chaos.Processes;

/// <summary>One of the processes, started again whenever it ends.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);
    private readonly ChaosFolder _folder;
    private readonly ProcessStartInfo _start;
    private readonly HttpClient _http;
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<DateTimeOffset> _unrecovered = [];
    private readonly Lock _gate = new();
    private Task _work = Task.CompletedTask;
    private Process? _process;
    private bool _killed;

    /// <param name="name">For people, and of its log.</param>
    /// <param name="services">What it serves, separated by commas.</param>
    /// <param name="settings">Environment of the services.</param>
    public ServiceProcess(ChaosFolder folder, string name, string services, IReadOnlyDictionary<string, string> settings)
    {
        (_folder, Name) = (folder, name);
        Address = new Uri($"http://127.0.0.1:{FreePort.Find()}");
        _http = new HttpClient(new SocketsHttpHandler(), disposeHandler: true) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(2) };
        var program = EnginePath.Of("FineTunePipeline.Standalone");
        string[] arguments = ["serve", "--services", services, "--urls", Address.ToString()];

        // The shell becomes the program; its output goes to a file, so that nothing here has to read it.
        _start = new ProcessStartInfo("sh", ["-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1", "sh", Path.Combine(folder.Logs, name + ".log"), program, .. arguments]);
        _start.ForgetSettings();
        foreach (var (key, value) in settings)
        {
            _start.Environment[key] = value;
        }
    }

    public string Name { get; }

    public Uri Address { get; }

    public int Pid => Volatile.Read(ref _process)?.Id ?? 0;

    /// <summary>Has made a commit since it was started and said that it is ready.</summary>
    public bool Recovered { get; private set; }

    /// <summary>Seconds from each kill to the first commit of a process that was ready again.</summary>
    public List<double> Recoveries { get; } = [];

    /// <summary>CPU seconds of each start, until it was ready.</summary>
    public List<double> StartCpu { get; } = [];

    /// <summary>Ends that nobody asked for.</summary>
    public List<string> Crashes { get; } = [];

    public void Start() => _work = RunAsync();

    /// <summary>Whether it says now that it is ready.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _http.GetAsync("/health/ready", cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>SIGKILL, to the process and to nothing that it started. False if it is dead already.</summary>
    public bool Kill()
    {
        var process = Volatile.Read(ref _process);
        if (process is null or { HasExited: true })
        {
            return false;
        }

        lock (_gate)
        {
            _killed = true;
        }

        process.Kill();
        return true;
    }

    /// <summary>
    /// Has the process end itself at the next <paramref name="point"/>. False if it did not come there in <paramref name="patience"/>: it lives.
    /// </summary>
    public async Task<bool> KillAtAsync(string point, TimeSpan patience, CancellationToken cancellationToken)
    {
        var process = Volatile.Read(ref _process)!;
        var armed = Path.Combine(_folder.Points, $"{process.Id}.{point}");
        lock (_gate)
        {
            _killed = true;
        }

        await File.WriteAllTextAsync(armed, "", cancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Only who takes the file away decides whether the process dies of it.
            if (Take(armed))
            {
                lock (_gate)
                {
                    _killed = false;
                }

                return false;
            }

            await process.WaitForExitAsync(cancellationToken);
        }

        return File.Exists(Path.Combine(_folder.Points, $"{process.Id}.taken"));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Kill();
        await _work;
        _http.Dispose();
        _stop.Dispose();
    }

    private static bool Take(string file)
    {
        try
        {
            File.Move(file, file + ".disarmed", overwrite: true);
            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            // Not disposed: who kills may hold it still. There are as many as kills.
            var process = Process.Start(_start)!;
            Volatile.Write(ref _process, process);
            await _folder.RememberAsync(process.Id, ProcessFacts.StartedAt(process.Id));
            using var ended = new CancellationTokenSource();
            var watching = WatchAsync(process.Id, ended.Token);
            await process.WaitForExitAsync();
            var at = _time.GetUtcNow();
            await ended.CancelAsync();
            await watching;
            Ended(process, at);
        }
    }

    private void Ended(Process process, DateTimeOffset at)
    {
        lock (_gate)
        {
            Recovered = false;
            if (_killed || _stop.IsCancellationRequested)
            {
                _unrecovered.Add(at);
            }
            else
            {
                Crashes.Add($"{Name} (process {process.Id}) ended by itself with exit code {process.ExitCode} at {at:HH:mm:ss}");
            }

            _killed = false;
        }
    }

    /// <summary>Notes when a started process is ready, and when it has also made its first commit: then the kills before it are overcome.</summary>
    private async Task WatchAsync(int pid, CancellationToken ended)
    {
        try
        {
            while (!await IsReadyAsync(ended))
            {
                await Task.Delay(LookEvery, _time, ended);
            }

            var ready = _time.GetUtcNow();
            var first = Path.Combine(_folder.Points, $"{pid}.first");
            lock (_gate)
            {
                StartCpu.Add(ProcessFacts.CpuSeconds(pid));
            }

            while (!File.Exists(first))
            {
                await Task.Delay(LookEvery, _time, ended);
            }

            var progressed = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(await File.ReadAllTextAsync(first, ended), CultureInfo.InvariantCulture));
            lock (_gate)
            {
                Recoveries.AddRange(_unrecovered.Select(kill => ((ready > progressed ? ready : progressed) - kill).TotalSeconds));
                _unrecovered.Clear();
                Recovered = true;
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // It ended before it recovered: the kill before stays open until one does.
            return;
        }
    }
}
