using System.Diagnostics;

namespace FineTunePipeline.Benchmarks.Gguf;

/// <summary>A converter as a command; timed from its start to its end, as a user waits for it.</summary>
internal abstract class Converter
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>Program and arguments for one conversion.</summary>
    protected abstract IEnumerable<string> Command(string modelFolder, string output, string type);

    public async Task<double> TimeAsync(string modelFolder, string output, string type)
    {
        File.Delete(output);
        var words = Command(modelFolder, output, type).ToList();
        var watch = Stopwatch.StartNew();
        var (code, _, errors) = await RunAsync(words);
        var seconds = watch.Elapsed.TotalSeconds;
        return code == 0 && File.Exists(output)
            ? seconds
            : throw new InvalidOperationException($"{string.Join(' ', words)} ended with {code}: {errors[Math.Max(0, errors.Length - 2000)..]}");
    }

    public static async Task<(int Code, string Output, string Errors)> RunAsync(IReadOnlyList<string> words)
    {
        var start = new ProcessStartInfo(words[0], words.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["HF_HUB_OFFLINE"] = "1";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{words[0]} did not end within {Limit}");
        }
    }
}
