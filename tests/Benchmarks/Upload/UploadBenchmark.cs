using System.Diagnostics;
using System.Globalization;
using FineTunePipeline.TestKit.Ssh;

namespace FineTunePipeline.Benchmarks.Upload;

/// <summary>
/// Our upload against scp and rsync, in turns, to a real sshd on loopback and through a line with latency. Copies go to memory, so that the way is measured
/// and not a disk; what begins with <c>disk_</c> goes to a disk. Each copy is verified by digest and deleted, and what is dirty is flushed before the next is
/// timed. Ours flushes and verifies on the host within its time; the peers do neither.
/// </summary>
internal static class UploadBenchmark
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = UploadOptions.Parse(arguments);
        var name = $"finetune-upload-bench-{Environment.ProcessId}";
        var (folder, memory) = (Path.Combine(Path.GetFullPath(options.WorkFolder), name), Path.Combine(options.MemoryFolder, name));
        try
        {
            Directory.CreateDirectory(folder);
            Directory.CreateDirectory(memory);
            await RunAsync(options, folder, memory);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
            Directory.Delete(memory, recursive: true);
        }
    }

    private static async Task RunAsync(UploadOptions options, string folder, string memory)
    {
        await using var server = await SshServer.StartAsync();
        await using var line = await LineProcess.StartAsync(server.Endpoint.Port, options.RoundTrip);
        var near = new UploadHost(server.Endpoint, server.KeyFile, server.Fingerprint);
        var far = near with { Endpoint = server.Endpoint with { Port = line.Port } };
        var large = UploadSource.Large(Path.Combine(folder, "large"), options.Megabytes);
        var small = UploadSource.Small(Path.Combine(folder, "small"), options.Files);
        var farSmall = UploadSource.Small(Path.Combine(folder, "far-small"), Math.Min(options.Files, options.FarFiles));
        Say($"large: {large.Bytes / 1e6:F0} MB; small: {options.Files} files, {small.Bytes / 1e6:F1} MB; {options.Repeat} runs each; load now {Load()}");

        UploadContestant[] forLarge = [new OurUpload(isConnected: false), new PeerUpload("scp")];
        UploadContestant[] forSmall = [new OurUpload(isConnected: false), new OurUpload(isConnected: true), new PeerUpload("scp"), new PeerUpload("rsync")];
        var all = new UploadMeasurement[]
        {
            new("", large, near, memory, forLarge),
            new("latency_", large, far, memory, forLarge),
            new("small_files_", small, near, memory, forSmall),
            new("latency_small_files_", farSmall, far, memory, forSmall),
            new("disk_", large, near, folder, forLarge),
            new("disk_small_files_", small, near, folder, forSmall),
        };
        var chosen = all.Where(one => options.Only is null || options.Only.Split(',').Contains(one.Name)).ToList();
        var bench = new Runs(server);
        await WarmUpAsync(bench, folder, near, memory, forSmall);
        var times = chosen.ToDictionary(one => one.Name, one => one.Contestants.ToDictionary(contestant => contestant.Name, _ => new UploadTimes()));
        for (var run = 1; run <= options.Repeat; run++)
        {
            foreach (var measurement in chosen)
            {
                foreach (var contestant in measurement.Contestants)
                {
                    var counted = times[measurement.Name][contestant.Name];
                    await bench.CopyAsync(contestant, measurement, counted);
                    Say($"{measurement.Name}{run} {contestant.Name}: {counted.Seconds[^1]:F2} s, processor {counted.Here[^1]:F2} s here, {counted.There[^1]:F2} s there");
                }
            }
        }

        await ReportAsync(options, times);
        Say($"load at the end {Load()}; written: {options.JsonFile}");
    }

    /// <summary>A service runs for days: what its first uploads pay for compiling is not counted.</summary>
    private static async Task WarmUpAsync(Runs bench, string folder, UploadHost host, string memory, UploadContestant[] contestants)
    {
        var large = new UploadMeasurement("warm", UploadSource.Large(Path.Combine(folder, "warm-large"), 100), host, memory, contestants);
        var small = large with { Source = UploadSource.Small(Path.Combine(folder, "warm-small"), 400) };
        for (var run = 0; run < 3; run++)
        {
            foreach (var contestant in contestants)
            {
                await bench.CopyAsync(contestant, large, new UploadTimes());
                await bench.CopyAsync(contestant, small, new UploadTimes());
            }
        }
    }

    private static async Task ReportAsync(UploadOptions options, Dictionary<string, Dictionary<string, UploadTimes>> times)
    {
        var report = new BenchmarkReport();
        foreach (var (name, by) in times)
        {
            foreach (var (peer, peerTimes) in by.Where(one => !one.Key.StartsWith("ours", StringComparison.Ordinal)))
            {
                report.AddSeconds($"{name}vs_{peer}", by["ours"].Seconds, peerTimes.Seconds, identical: true);
                if (by.TryGetValue("ours, connected", out var connected))
                {
                    report.AddSeconds($"{name}connected_vs_{peer}", connected.Seconds, peerTimes.Seconds, identical: true);
                }

                report.Add($"{name}vs_{peer}_processor_here", Median(by["ours"].Here), Median(peerTimes.Here), "s", moreIsBetter: false, peer);
                report.Add($"{name}vs_{peer}_processor_there", Median(by["ours"].There), Median(peerTimes.There), "s", moreIsBetter: false, peer);
            }
        }

        await report.WriteAsync(options.JsonFile);
    }

    private static string Load() => File.ReadAllText("/proc/loadavg").Trim();

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void Say(FormattableString text) => Console.Error.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    /// <summary>Times copies, one after another.</summary>
    private sealed class Runs(SshServer server)
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

        private int _copies;

        public async Task CopyAsync(UploadContestant contestant, UploadMeasurement measurement, UploadTimes times)
        {
            var (source, host) = (measurement.Source, measurement.Host);
            var target = Path.Combine(measurement.Folder, string.Create(CultureInfo.InvariantCulture, $"copy-{++_copies}"));
            GC.Collect();
            await PeerUpload.RunAsync("sync");
            await contestant.BeginAsync(host);
            var (here, there) = (ProcessorTime.Of(Environment.ProcessId), ProcessorTime.Of(server.ProcessId));
            var watch = Stopwatch.StartNew();
            await contestant.CopyAsync(source, host, target);
            times.Seconds.Add(watch.Elapsed.TotalSeconds);
            times.Here.Add(contestant.Here(ProcessorTime.Of(Environment.ProcessId) - here));
            await contestant.EndAsync();

            // The server's account has a session when that has ended.
            for (watch.Restart(); server.SessionCount > 0 && watch.Elapsed < Patience;)
            {
                await Task.Delay(20);
            }

            times.There.Add((ProcessorTime.Of(server.ProcessId) - there).Children);
            source.Verify(target);
            Directory.Delete(target, recursive: true);
        }
    }
}
