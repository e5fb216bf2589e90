using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using FineTunePipeline.Benchmarks.Saga;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Benchmarks.Inflight;

/// <summary>Thousands of jobs in training on one control plane: memory and processor time of all services, and how late the looks at the trainers come.</summary>
internal static class InflightBenchmark
{
    private const double MemoryLimit = 2048;
    private const double LatenessLimit = 30;
    private const int Posts = 16;

    private static readonly TimeSpan StandsStill = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Sample = TimeSpan.FromSeconds(2);

    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = InflightOptions.Parse(arguments);
        try
        {
            await MeasureAsync(options);
            return 0;
        }
        finally
        {
            Directory.Delete(options.Folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(InflightOptions options)
    {
        await using var services = await InflightServices.StartAsync(options);
        var looks = new LookLog(options.LooksFile);
        var none = services.Megabytes().Values.Sum();
        Console.WriteLine(Invariant($"no jobs: {none:F0} MB"));

        await BringAsync(services, looks, options.Few, options.Few);
        var few = await WatchAsync(services, looks, options, options.Few);
        await BringAsync(services, looks, options.Jobs - options.Few, options.Jobs);
        var many = await WatchAsync(services, looks, options, options.Jobs);

        var report = new BenchmarkReport();
        report.Add("memory_mb", many.Megabytes, MemoryLimit, "MB", moreIsBetter: false, "the limit");
        report.Add("lateness_p99_s", many.LatenessP99, LatenessLimit, "s", moreIsBetter: false, "the limit");
        report.Add("cpu_cores", many.Cores, null, "cores", moreIsBetter: false);
        report.Add("broker_cpu_cores", many.BrokerCores, null, "cores", moreIsBetter: false);
        report.Add("memory_growth", (many.Megabytes - none) / (few.Megabytes - none), (double)options.Jobs / options.Few, "times", moreIsBetter: false, "growth of the jobs");
        report.Add("cpu_growth", many.Cores / few.Cores, (double)options.Jobs / options.Few, "times", moreIsBetter: false, "growth of the jobs");
        await report.WriteAsync(options.JsonFile);
    }

    /// <summary>Submits jobs and waits until so many are in training.</summary>
    private static async Task BringAsync(InflightServices services, LookLog looks, int jobs, int inTraining)
    {
        using var http = new HttpClient(new SocketsHttpHandler(), disposeHandler: true) { BaseAddress = services.Gateway };
        var spec = new JobSpec { Model = "/model", Dataset = "/data.json", Deploy = new DeploySpec { Target = "none" } };
        var begun = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(Enumerable.Range(0, jobs), new ParallelOptions { MaxDegreeOfParallelism = Posts }, async (_, cancellationToken) =>
        {
            using var answer = await http.PostAsJsonAsync("/api/jobs", spec, ContractJson.Options, cancellationToken);
            answer.EnsureSuccessStatusCode();
        });
        Console.WriteLine(Invariant($"{jobs} jobs taken in in {Stopwatch.GetElapsedTime(begun).TotalSeconds:F0} s"));

        var (known, since) = (0, Stopwatch.GetTimestamp());
        while (known < inTraining)
        {
            await Task.Delay(Sample);
            var now = looks.Trainings();
            since = now > known ? Stopwatch.GetTimestamp() : since;
            known = now;
            if (Stopwatch.GetElapsedTime(since) > StandsStill)
            {
                throw new InvalidOperationException($"{known} of {inTraining} jobs came to training, and no more for {StandsStill.TotalMinutes:0} minutes.");
            }
        }

        Console.WriteLine(Invariant($"{inTraining} in training after {Stopwatch.GetElapsedTime(begun).TotalSeconds:F0} s"));
    }

    /// <summary>Measures for some looks at each job, after one that is not measured.</summary>
    private static async Task<Watched> WatchAsync(InflightServices services, LookLog looks, InflightOptions options, int jobs)
    {
        await Task.Delay(options.LookEvery);
        var begun = Stopwatch.GetTimestamp();
        var (cpu, broker) = (services.CpuSeconds, ChildProcess.CpuSecondsOf("beam.smp"));
        var megabytes = services.Megabytes();
        while (Stopwatch.GetElapsedTime(begun) < options.LookEvery * options.Looks)
        {
            await Task.Delay(Sample);
            var sample = services.Megabytes();
            megabytes = sample.Values.Sum() > megabytes.Values.Sum() ? sample : megabytes;
        }

        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        var (used, brokerUsed) = (services.CpuSeconds - cpu, ChildProcess.CpuSecondsOf("beam.smp") - broker);
        var lateness = looks.Lateness(begun, options.LookEvery);
        if (lateness.Count < jobs * (options.Looks - 1))
        {
            throw new InvalidOperationException($"{jobs} jobs were looked at {lateness.Count} times in {options.Looks} periods.");
        }

        var watched = new Watched(megabytes.Values.Sum(), lateness[(int)Math.Ceiling(0.99 * lateness.Count) - 1], used / seconds, brokerUsed / seconds);
        Console.WriteLine(Invariant(
            $"{jobs} jobs: {watched.Megabytes:F0} MB ({string.Join(", ", megabytes.Select(part => Invariant($"{part.Key} {part.Value:F0}")))}), {lateness.Count} looks, late p50 {lateness[lateness.Count / 2]:F3} s, p99 {watched.LatenessP99:F3} s, most {lateness[^1]:F3} s; {watched.Cores:F2} cores, broker {watched.BrokerCores:F2}"));
        return watched;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <param name="Megabytes">Most resident memory of all services together.</param>
    /// <param name="LatenessP99">Seconds.</param>
    /// <param name="Cores">Processor time of all services by time.</param>
    /// <param name="BrokerCores">The same of the broker.</param>
    private sealed record Watched(double Megabytes, double LatenessP99, double Cores, double BrokerCores);
}
