using System.Text.Json;

namespace FineTunePipeline.Benchmarks.Saga;

/// <summary>Jobs of seven stages that do nothing, through the true saga and true stage runs on RabbitMQ; and the same number of tasks by Celery on the same broker.</summary>
internal static class SagaBenchmark
{
    private const string WithoutResults = "celery";
    private const string WithResults = "celery with results";
    private const double Rate = 10;
    private const int PacedJobs = 200;

    private static readonly string[] Databases = ["sqlite", "postgres"];

    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = SagaOptions.Parse(arguments);
        try
        {
            return await RunAsync(options);
        }
        finally
        {
            Directory.Delete(options.Folder, recursive: true);
        }
    }

    private static async Task<int> RunAsync(SagaOptions options)
    {
        var rounds = new List<Dictionary<string, Measured>>();
        for (var i = 0; i < options.Rounds; i++)
        {
            rounds.Add(await RoundAsync(options));
        }

        var report = new BenchmarkReport();
        foreach (var database in Databases.Where(options.Wants))
        {
            var suffix = database == "sqlite" ? "" : "_postgres";
            Add($"vs_celery_with_results{suffix}", WithResults, measured => measured.JobsPerSecond, "jobs/s", moreIsBetter: true, "Celery with results in SQLite");
            Add($"vs_celery{suffix}", WithoutResults, measured => measured.JobsPerSecond, "jobs/s", moreIsBetter: true, "Celery without results: no state is kept");
            Add($"p99_ms{suffix}", WithoutResults, measured => measured.Percentile(0.99), "ms", moreIsBetter: false, "Celery without results, at the same 10 jobs/s");
            Add($"p50_ms{suffix}", WithoutResults, measured => measured.Percentile(0.50), "ms", moreIsBetter: false, "Celery without results, at the same 10 jobs/s");
            Add($"cpu_ms_per_job{suffix}", WithoutResults, measured => measured.CpuMilliseconds, "ms", moreIsBetter: false, "Celery without results; without broker and client");
            Add($"broker_cpu_ms_per_job{suffix}", WithoutResults, measured => measured.BrokerMilliseconds, "ms", moreIsBetter: false, "Celery without results");

            void Add(string name, string peer, Func<Measured, double> figure, string unit, bool moreIsBetter, string peerIs) =>
                report.Add(name, Median(rounds, database, figure)!.Value, Median(rounds, peer, figure), unit, moreIsBetter, peerIs);
        }

        await report.WriteAsync(options.JsonFile);
        return 0;
    }

    private static async Task<Dictionary<string, Measured>> RoundAsync(SagaOptions options)
    {
        var round = new Dictionary<string, Measured>();
        if (options.Wants("celery"))
        {
            round[WithoutResults] = await MeasureCeleryAsync(options, "");
            round[WithResults] = await MeasureCeleryAsync(options, $"db+sqlite:///{Path.Combine(options.Folder, Guid.NewGuid() + ".db")}");
        }

        foreach (var database in Databases.Where(options.Wants))
        {
            round[database] = await MeasureOursAsync(options, database);
        }

        return round;
    }

    private static double? Median(List<Dictionary<string, Measured>> rounds, string who, Func<Measured, double> figure)
    {
        var figures = rounds.Where(round => round.ContainsKey(who)).Select(round => figure(round[who])).Order().ToList();
        return figures.Count == 0 ? null : figures[figures.Count / 2];
    }

    private static async Task<Measured> MeasureOursAsync(SagaOptions options, string database)
    {
        var environment = options.Environment(database);
        await using var client = await SagaRun.StartAsync(options.Broker);
        await using var orchestrator = await ChildProcess.StartAsync(System.Environment.ProcessPath!, ["saga-process", "orchestrator"], environment, "ready");
        await using var stages = await ChildProcess.StartAsync(System.Environment.ProcessPath!, ["saga-process", "stages"], environment, "ready");
        await client.BurstAsync(options.WarmUp);
        var (cpu, broker) = (orchestrator.CpuSeconds + stages.CpuSeconds, ChildProcess.CpuSecondsOf("beam.smp"));
        var seconds = await client.BurstAsync(options.Jobs);
        var (used, brokerUsed) = (orchestrator.CpuSeconds + stages.CpuSeconds - cpu, ChildProcess.CpuSecondsOf("beam.smp") - broker);
        var measured = new Measured(options.Jobs / seconds, used / options.Jobs * 1000, brokerUsed / options.Jobs * 1000, await client.PacedAsync(Rate, PacedJobs));
        Console.WriteLine($"{database}: {measured}");
        return measured;
    }

    private static async Task<Measured> MeasureCeleryAsync(SagaOptions options, string results)
    {
        var environment = new Dictionary<string, string>
        {
            ["BROKER"] = options.Broker.ToString(),
            ["RESULTS"] = results,
            ["ENDS"] = Path.Combine(options.Folder, "celery-ends.txt"),
            ["C_FORCE_ROOT"] = "1",
            ["PYTHONPATH"] = AppContext.BaseDirectory,
        };
        await using var worker = await ChildProcess.StartAsync(
            options.Python, ["-m", "celery", "-A", "celery_chain", "worker", "-c", "2", "-l", "INFO", "--without-gossip", "--without-mingle"], environment, "ready.", AppContext.BaseDirectory);
        await ClientAsync("burst", "100");
        var (cpu, broker) = (worker.CpuSeconds, ChildProcess.CpuSecondsOf("beam.smp"));
        var burst = await ClientAsync("burst", options.Jobs.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var (used, brokerUsed) = (worker.CpuSeconds - cpu, ChildProcess.CpuSecondsOf("beam.smp") - broker);
        var paced = await ClientAsync("paced", "10", "20");
        var measured = new Measured(
            options.Jobs / burst.GetProperty("seconds").GetDouble(),
            used / options.Jobs * 1000,
            brokerUsed / options.Jobs * 1000,
            [.. paced.GetProperty("latencies_ms").EnumerateArray().Select(value => value.GetDouble())]);
        Console.WriteLine($"celery{(results.Length > 0 ? " with results" : "")}: {measured}");
        return measured;

        async Task<JsonElement> ClientAsync(params string[] what)
        {
            var start = new System.Diagnostics.ProcessStartInfo(options.Python, [Path.Combine(AppContext.BaseDirectory, "celery_chain.py"), .. what]) { RedirectStandardOutput = true };
            foreach (var (name, value) in environment)
            {
                start.Environment[name] = value;
            }

            using var process = System.Diagnostics.Process.Start(start)!;
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return process.ExitCode == 0 ? JsonDocument.Parse(output).RootElement : throw new InvalidOperationException($"Celery's client ended with {process.ExitCode}.");
        }
    }

    private sealed record Measured(double JobsPerSecond, double CpuMilliseconds, double BrokerMilliseconds, IReadOnlyList<double> Latencies)
    {
        public double Percentile(double share) => Latencies[(int)Math.Ceiling(share * Latencies.Count) - 1];

        public override string ToString() => string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{JobsPerSecond:F1} jobs/s, {CpuMilliseconds:F1} ms CPU per job (broker {BrokerMilliseconds:F1}), p50 {Percentile(0.5):F0} ms, p90 {Percentile(0.9):F0} ms, p99 {Percentile(0.99):F0} ms at {Rate}/s");
    }
}
