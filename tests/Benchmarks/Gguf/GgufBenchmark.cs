using System.Globalization;

namespace FineTunePipeline.Benchmarks.Gguf;

/// <summary>
/// Our converter and the real one on the same 1 GB checkpoint, in turns, with the checkpoint in the page cache; medians count, files are compared byte for
/// byte.
/// </summary>
internal static class GgufBenchmark
{
    private const double HeapLimitMegabytes = 300;
    private static readonly string[] Types = ["bf16", "f16", "q8_0"];

    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = BenchmarkOptions.Parse(arguments);
        var folder = Path.Combine(Path.GetFullPath(options.WorkFolder), $"finetune-gguf-bench-{Environment.ProcessId}");
        try
        {
            Directory.CreateDirectory(folder);
            return await RunAsync(options, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<int> RunAsync(BenchmarkOptions options, string folder)
    {
        var model = Path.Combine(folder, "qwen2-bench");
        SyntheticCheckpoint.Make(model, options.Layers);
        var checkpoint = Path.Combine(model, "model.safetensors");
        Say($"checkpoint: {new FileInfo(checkpoint).Length / 1e6:F0} MB, {options.Repeat} runs each");

        var ours = new OurConverter(options.Engine ?? OurConverter.FindEngine());
        var peer = options.Converter is null ? null : new PeerConverter(options, folder);
        Say($"ours: {ours.Name}");
        var report = new BenchmarkReport();
        var identical = true;
        foreach (var type in Types)
        {
            var (ourFile, peerFile) = (Path.Combine(folder, $"ours.{type}.gguf"), Path.Combine(folder, $"peer.{type}.gguf"));
            await TouchAsync(checkpoint);
            var (ourTimes, peerTimes) = (new List<double>(), new List<double>());
            for (var run = 0; run < options.Repeat; run++)
            {
                ourTimes.Add(await ours.TimeAsync(model, ourFile, type));
                if (peer is not null)
                {
                    peerTimes.Add(await peer.TimeAsync(model, peerFile, type));
                }

                Say($"{type}: ours {ourTimes[^1]:F2} s{(peer is null ? "" : $", python {peerTimes[^1]:F2} s")}");
            }

            var same = peer is null ? (bool?)null : await SameAsync(ourFile, peerFile);
            identical &= same ?? true;
            report.AddSeconds($"{type}_vs_python", ourTimes, peerTimes, same);
            File.Delete(ourFile);
            File.Delete(peerFile);
            report.AddHeap(await OurConverter.ManagedHeapAsync(model, ourFile, type), HeapLimitMegabytes);
            File.Delete(ourFile);
        }

        await report.WriteAsync(options.JsonFile);
        Say(identical ? $"written: {options.JsonFile}" : "the files differ: the results do not count");
        return identical ? 0 : 1;
    }

    /// <summary>Reads a file once, so that both converters find it in the page cache.</summary>
    private static async Task TouchAsync(string path)
    {
        await using var stream = File.OpenRead(path);
        await stream.CopyToAsync(Stream.Null, 1 << 20);
    }

    private static async Task<bool> SameAsync(string first, string second)
    {
        await using var left = File.OpenRead(first);
        await using var right = File.OpenRead(second);
        var (leftBytes, rightBytes) = (new byte[1 << 20], new byte[1 << 20]);
        while (true)
        {
            var leftCount = await left.ReadAtLeastAsync(leftBytes, leftBytes.Length, throwOnEndOfStream: false);
            var rightCount = await right.ReadAtLeastAsync(rightBytes, rightBytes.Length, throwOnEndOfStream: false);
            if (!leftBytes.AsSpan(0, leftCount).SequenceEqual(rightBytes.AsSpan(0, rightCount)))
            {
                return false;
            }

            if (leftCount == 0)
            {
                return true;
            }
        }
    }

    private static void Say(FormattableString text) => Console.Error.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private static void Say(string text) => Console.Error.WriteLine(text);
}
