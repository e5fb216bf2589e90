using System.Diagnostics;
using System.Globalization;
using FineTunePipeline.TestKit;

namespace FineTunePipeline.Benchmarks.Saga;

/// <summary>A program that runs beside the measurement, and the processor time that it took.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);

    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    public int Id => _process.Id;

    /// <summary>Seconds of processor time of a process and of the children that it has now.</summary>
    public double CpuSeconds => Tree(_process.Id).Sum(ProcessFacts.CpuSeconds);

    /// <summary>Starts it and waits for the line that says that it works.</summary>
    public static async Task<ChildProcess> StartAsync(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, string ready, string? folder = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder ?? "" };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start };
        var works = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Read(string? line)
        {
            if (line?.Contains(ready, StringComparison.Ordinal) == true)
            {
                works.TrySetResult();
            }
            else if (!string.IsNullOrWhiteSpace(line))
            {
                Console.Error.WriteLine($"[{process.Id}] {line}");
            }
        }

        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await works.Task.WaitAsync(StartLimit);
        return new ChildProcess(process);
    }

    /// <summary>Processor time of the processes whose command holds a word.</summary>
    public static double CpuSecondsOf(string word) => Directory.GetDirectories("/proc").Select(Path.GetFileName)
        .Where(name => int.TryParse(name, out _)).Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
        .Where(id => ReadOrNull($"/proc/{id}/cmdline")?.Contains(word, StringComparison.Ordinal) == true).Sum(ProcessFacts.CpuSeconds);

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static IEnumerable<int> Tree(int id) =>
        [id, .. (ReadOrNull($"/proc/{id}/task/{id}/children") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(child => Tree(int.Parse(child, CultureInfo.InvariantCulture)))];

    private static string? ReadOrNull(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
