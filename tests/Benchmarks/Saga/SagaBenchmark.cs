namespace FineTunePipeline.Benchmarks.Saga;

/// <summary>
/// Jobs of seven stages that do nothing, through the true saga and true stage runs on RabbitMQ; and the same number of tasks by Celery on the same broker. All
/// run at once and take turns of a few seconds, for a machine's speed changes from minute to minute; who has no turn has nothing to do.
/// </summary>
internal static class SagaBenchmark
{
    private static readonly string[] Databases = ["sqlite", "postgres"];

    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = SagaOptions.Parse(arguments);
        try
        {
            var report = new BenchmarkReport();
            foreach (var database in Databases.Where(options.Wants))
            {
                await MeasureAsync(options, database, report);
            }

            await report.WriteAsync(options.JsonFile);
            return 0;
        }
        finally
        {
            Directory.Delete(options.Folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(SagaOptions options, string database, BenchmarkReport report)
    {
        await using var without = await CeleryContestant.StartAsync(options, "celery", results: "");
        await using var with = await CeleryContestant.StartAsync(options, "celery with results", $"db+sqlite:///{Path.Combine(options.Folder, Guid.NewGuid() + ".db")}");
        await using var ours = await SagaContestant.StartAsync(options, database);
        Contestant[] all = [without, with, ours];
        for (var turn = 0; turn < options.Turns; turn++)
        {
            foreach (var contestant in all)
            {
                await contestant.TakeTurnAsync(options.Jobs);
            }
        }

        foreach (var contestant in all)
        {
            await contestant.TakeTimesAsync();
            Console.WriteLine(contestant);
        }

        var suffix = database == "sqlite" ? "" : "_postgres";
        Add("vs_celery_with_results", with, measured => measured.JobsPerSecond, "jobs/s", moreIsBetter: true, "Celery with results in SQLite");
        Add("vs_celery", without, measured => measured.JobsPerSecond, "jobs/s", moreIsBetter: true, "Celery without results: no state is kept");
        Add("p99_ms", without, measured => measured.Percentile(0.99), "ms", moreIsBetter: false, "Celery without results, at the same 10 jobs/s");
        Add("p50_ms", without, measured => measured.Percentile(0.50), "ms", moreIsBetter: false, "Celery without results, at the same 10 jobs/s");
        Add("cpu_ms_per_job", without, measured => measured.CpuMilliseconds, "ms", moreIsBetter: false, "Celery without results; without broker and client");
        Add("broker_cpu_ms_per_job", without, measured => measured.BrokerMilliseconds, "ms", moreIsBetter: false, "Celery without results");

        void Add(string name, Contestant peer, Func<Contestant, double> figure, string unit, bool moreIsBetter, string peerIs) =>
            report.Add(name + suffix, figure(ours), figure(peer), unit, moreIsBetter, peerIs);
    }
}
