using System.Diagnostics;
using System.Globalization;
using FineTunePipeline.TestKit.Ssh;

namespace FineTunePipeline.Benchmarks.Upload;

/// <summary>
/// Our upload against scp and rsync, in turns, to a real sshd on loopback and through a line with latency. Each copy is verified by digest and deleted, and
/// what is dirty is flushed before the next is timed. Ours flushes and verifies on the host within its time; the peers do neither.
/// </summary>
internal static class UploadBenchmark
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = UploadOptions.Parse(arguments);
        var folder = Path.Combine(Path.GetFullPath(options.WorkFolder), $"finetune-upload-bench-{Environment.ProcessId}");
        try
        {
            Directory.CreateDirectory(folder);
            await RunAsync(options, folder);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunAsync(UploadOptions options, string folder)
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
        var all = new (string Name, UploadSource Source, UploadHost Host, UploadContestant[] Contestants)[]
        {
            ("", large, near, forLarge),
            ("latency_", large, far, forLarge),
            ("small_files_", small, near, forSmall),
            ("latency_small_files_", farSmall, far, forSmall),
        };
        var chosen = all.Where(one => options.Only is null || one.Name == options.Only).ToList();
        var bench = new Runs(server, folder);
        await WarmUpAsync(bench, folder, near, forSmall);
        var times = chosen.ToDictionary(one => one.Name, one => one.Contestants.ToDictionary(contestant => contestant.Name, _ => new UploadTimes()));
        for (var run = 1; run <= options.Repeat; run++)
        {
            foreach (var (name, source, host, contestants) in chosen)
            {
                foreach (var contestant in contestants)
                {
                    var counted = times[name][contestant.Name];
                    await bench.CopyAsync(contestant, source, host, counted);
                    Say($"{name}{run} {contestant.Name}: {counted.Seconds[^1]:F2} s, processor {counted.Here[^1]:F2} s here, {counted.There[^1]:F2} s there");
                }
            }
        }

        await ReportAsync(options, times);
        Say($"load at the end {Load()}; written: {options.JsonFile}");
    }

    /// <summary>A service runs for days: what its first uploads pay for compiling is not counted.</summary>
    private static async Task WarmUpAsync(Runs bench, string folder, UploadHost host, UploadContestant[] contestants)
    {
        var large = UploadSource.Large(Path.Combine(folder, "warm-large"), 100);
        var small = UploadSource.Small(Path.Combine(folder, "warm-small"), 400);
        for (var run = 0; run < 3; run++)
        {
            foreach (var contestant in contestants)
            {
                await bench.CopyAsync(contestant, large, host, new UploadTimes());
                await bench.CopyAsync(contestant, small, host, new UploadTimes());
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
    private sealed class Runs(SshServer server, string folder)
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

        private int _copies;

        public async Task CopyAsync(UploadContestant contestant, UploadSource source, UploadHost host, UploadTimes times)
        {
            var target = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"copy-{++_copies}"));
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
