using System.Diagnostics;
using System.Text;
using FineTunePipeline.TestKit;

namespace FineTunePipeline.IntegrationTests.Standalone;

/// <summary>The built program <c>services/Standalone</c>, or one of the services' own, as a user starts it.</summary>
internal sealed class StandaloneProgram : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private readonly Process _process;
    private readonly StringBuilder _said = new();
    private readonly Task _reading;
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private StandaloneProgram(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
        _ = _reading.ContinueWith(_ => _address.TrySetException(new InvalidOperationException($"The program ended: {Said}")), TaskScheduler.Default);
    }

    public int Pid => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Everything that it wrote so far.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    /// <summary>Starts it with a data folder, and with nothing of ours in its environment.</summary>
    /// <param name="wrapper">What to start it by, such as <c>unshare -m …</c>.</param>
    /// <param name="service">The service whose program it is.</param>
    public static StandaloneProgram Start(
        string home, string[] arguments, IReadOnlyDictionary<string, string>? settings = null, string[]? wrapper = null, string service = "Standalone")
    {
        string[] command = [.. wrapper ?? [], EnginePath.Of("FineTunePipeline." + service), .. arguments];
        var info = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        info.ForgetSettings();
        info.Environment["FINETUNE_HOME"] = home;
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            info.Environment["FINETUNE__" + name] = value;
        }

        return new StandaloneProgram(Process.Start(info)!);
    }

    /// <summary>Where the gateway listens, once it does.</summary>
    public Task<Uri> AddressAsync() => _address.Task.WaitAsync(Limit);

    /// <summary>Its exit code once it has ended by itself.</summary>
    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Limit);
        await _reading.WaitAsync(Limit);
        return _process.ExitCode;
    }

    /// <summary>Asks it to end, as Ctrl-C and a shutdown do.</summary>
    public async Task<int> StopAsync()
    {
        await SignalAsync(Pid, "TERM");
        return await ExitCodeAsync();
    }

    public static async Task SignalAsync(int pid, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{pid}"]);
        await kill.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_said)
            {
                _said.Append(line).Append('\n');
            }

            if (line.Split(' ') is ["FineTunePipeline", "serves", var address, ..])
            {
                _address.TrySetResult(new Uri(address));
            }
        }
    }
}
