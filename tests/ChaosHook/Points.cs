using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace FineTunePipeline.ChaosHook;

/// <summary>
/// Watches the points of one process. A file <c>PID.POINT</c> in the folder arms a point: the process that reaches it takes the file away, so that it counts
/// once, and ends itself by SIGKILL before anything follows. The time at which the process first reached any point (ms since 1970) is left in <c>PID.first</c>.
/// </summary>
internal sealed class Points(string folder) : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    private const string Listener = "FineTunePipeline.Messaging";
    private const int Kill = 9;
    private int _reached;

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == Listener)
        {
            value.Subscribe(this);
        }
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        var mine = Path.Combine(folder, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        if (Interlocked.Exchange(ref _reached, 1) == 0)
        {
            File.WriteAllText(mine + ".first.new", TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
            File.Move(mine + ".first.new", mine + ".first", overwrite: true);
        }

        if (File.Exists($"{mine}.{value.Key}") && TryTake($"{mine}.{value.Key}", mine + ".taken"))
        {
            _ = SendSignal(Environment.ProcessId, Kill);
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    private static bool TryTake(string armed, string taken)
    {
        try
        {
            File.Move(armed, taken, overwrite: true);
            return true;
        }
        catch (FileNotFoundException)
        {
            // Another thread was first, or it was disarmed.
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int SendSignal(int pid, int signal);
}
