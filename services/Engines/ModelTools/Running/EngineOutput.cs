using System.Text;

namespace FineTunePipeline.ModelTools.Running;

/// <summary>Results as JSON lines on standard output; progress, notes and the error on standard error. Always UTF-8, whatever the terminal has.</summary>
internal sealed class EngineOutput(TextWriter results, TextWriter diagnostics, TimeProvider time)
{
    private static readonly TimeSpan ProgressPause = TimeSpan.FromMilliseconds(200);
    private readonly Lock _lock = new();
    private long _lastProgress;

    public static EngineOutput OnConsole()
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        return new EngineOutput(
            new StreamWriter(Console.OpenStandardOutput(), utf8) { NewLine = "\n" },
            new StreamWriter(Console.OpenStandardError(), utf8) { NewLine = "\n", AutoFlush = true },
            TimeProvider.System);
    }

    /// <summary>One JSON object in one line.</summary>
    public void Result<T>(T value)
    {
        lock (_lock)
        {
            results.WriteLine(EngineJson.Write(value));
            results.Flush();
        }
    }

    /// <summary>How much is done, 0 to 1; what comes too fast is left out.</summary>
    public void Progress(double share)
    {
        lock (_lock)
        {
            if (_lastProgress != 0 && share < 1 && time.GetElapsedTime(_lastProgress) < ProgressPause)
            {
                return;
            }

            _lastProgress = time.GetTimestamp();
            Say(EngineJson.Write(new { Progress = Math.Round(Math.Clamp(share, 0, 1), 3) }));
        }
    }

    /// <summary>A line for people.</summary>
    public void Note(string line)
    {
        lock (_lock)
        {
            Say(line.ReplaceLineEndings(" "));
        }
    }

    public void Error(string code, string message)
    {
        lock (_lock)
        {
            Say(EngineJson.Write(new { Error = new { Code = code, Message = message } }));
        }
    }

    private void Say(string line)
    {
        try
        {
            diagnostics.WriteLine(line);
        }
        catch (IOException)
        {
            // Standard error is a file on a disk that is full, or a pipe that nobody reads: the exit code still says how the work ended.
        }
    }
}
