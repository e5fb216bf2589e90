using System.Text.Json;
using FineTunePipeline.Chaos.Counting;
using FineTunePipeline.Chaos.Databases;
using FineTunePipeline.Chaos.Jobs;
using FineTunePipeline.Chaos.Processes;
using FineTunePipeline.Chaos.Rented.Counting;
using FineTunePipeline.Chaos.Rented.Faults;
using FineTunePipeline.Chaos.Rented.Hosts;
using FineTunePipeline.TestKit.RabbitMq;

namespace FineTunePipeline.Chaos.Rented;

/// <summary>Records the engines once in peace, then runs all jobs on hosts that are taken, cut off, frozen and restarted, waits for their end, and counts.</summary>
internal sealed class RentedRun(RentedOptions options, ChaosFolder folder, RabbitMqBroker broker)
{
    /// <summary>That are under way at once.</summary>
    private const int FewestJobs = 3;

    private static readonly PlanKind[] Planted = [PlanKind.Real, PlanKind.Refuse];
    private readonly SqliteDatabases _databases = new(folder);
    private readonly TimeProvider _time = TimeProvider.System;

    public async Task<RentedReport> RunAsync(CancellationToken cancellationToken)
    {
        var inputs = new JobInputs(folder, job => RentedSettings.OnHost(job, options.Trainer));
        inputs.Write();
        EnginePrograms.Write(folder);
        EnginePrograms.WriteForHosts(folder);
        await using var processes = new ServiceProcesses(folder, broker, RentedSettings.Of(folder));
        await processes.StartAsync(cancellationToken);
        using var gateway = new Gateway(processes.Gateway.Address);
        await using var pool = await RentedPool.StartAsync(folder, gateway, options.Hosts, _time, cancellationToken);

        var board = new JobBoard(JobPlan.Draw(options.Jobs, options.Seed, Planted), inputs, gateway, _databases, folder, Math.Max(FewestJobs, options.Hosts * 2 / 3));
        var ends = new JobEnds(board, _databases, _time);
        Say("recording one run of the real engines");
        await ends.RecordAsync(cancellationToken);

        using var telling = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var killing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var began = _time.GetTimestamp();
        var evictions = new Evictions(pool, board, _databases, options.Jobs, options.Evictions, options.Seed);
        var workerKills = new WorkerKills(processes, evictions, options.Seed, _time);
        var watcher = new PoolWatcher(_databases, pool, _time);
        board.Progress = options.Evictions == 0 ? 1 : 0;
        var submitting = board.SubmitAllAsync(cancellationToken);
        var disturbing = evictions.RunAsync(submitting, cancellationToken);
        Task[] beside = [workerKills.RunAsync(killing.Token), watcher.RunAsync(telling.Token), TellAsync(board, evictions, workerKills, telling.Token)];

        await Together.FailFastAsync(Task.WhenAll(submitting, disturbing), beside);
        await killing.CancelAsync();
        await ends.AllEndedAsync(cancellationToken);
        var seconds = _time.GetElapsedTime(began).TotalSeconds;
        Say("all jobs have ended, or will not: counting");
        var invariants = new Invariants(_databases, broker, folder, _time);
        var broken = await invariants.SettledAsync(cancellationToken);
        await telling.CancelAsync();
        await Task.WhenAll(beside.Select(Together.EndAsync));
        await watcher.LookAsync(0, cancellationToken);

        var verdicts = new JobVerdicts(_databases, board, inputs, gateway, _time);
        await verdicts.JudgeAsync(cancellationToken);
        foreach (var extra in verdicts.ExtraAttempts)
        {
            Say("extra attempt: " + extra);
        }

        var crashes = processes.All.SelectMany(process => process.Crashes);
        return await ReportAsync(pool, board, evictions, workerKills, watcher, verdicts, [.. broken, .. crashes], seconds, cancellationToken);
    }

    private async Task<RentedReport> ReportAsync(
        RentedPool pool, JobBoard board, Evictions evictions, WorkerKills workerKills, PoolWatcher watcher, JobVerdicts verdicts, IReadOnlyList<string> broken, double seconds,
        CancellationToken cancellationToken)
    {
        var lines = HostJournal.Read(folder);
        var trainers = Trainer.Of([.. lines.Where(line => board.Accepted.ContainsKey(line.JobId))]);
        var outages = evictions.Done.Select(eviction => eviction.Outage).ToList();
        var relaunches = new Relaunches(trainers, outages, pool.Told, workerKills.Done, [.. watcher.Accepted]);
        foreach (var (job, attempt, atMs) in await ResultsAsync(cancellationToken))
        {
            relaunches.Double(trainers, job, attempt, atMs);
        }

        // A real engine writes no steps into the journal, and what refuses makes none.
        var measured = board.Accepted.Where(job => job.Value.Kind == PlanKind.Fast).Select(job => job.Key).ToHashSet();
        var recoveries = new Recoveries(evictions.Done, lines, watcher.Samples, pool.Told, measured);
        var left = await HostsLeft.FindAsync(pool, _databases, _time, cancellationToken);
        var overspend = await Overspend.ReadAsync(_databases, cancellationToken);
        foreach (var told in relaunches.Overlaps.Select(overlap => "overlap: " + overlap).Concat(recoveries.Slowest.Take(8).Select(slow => "recovery: " + slow)).Append($"repeated: {relaunches.Repeated.Where}").Append($"money: {overspend.Where}"))
        {
            Say(told);
        }

        var report = new RentedReport
        {
            Jobs = options.Jobs,
            Succeeded = verdicts.Succeeded.Count,
            FailedPlanted = verdicts.FailedAsPlanted.Count,
            Evictions = evictions.Done.Count,
            ContactLosses = outages.Count(outage => outage.Kind is EvictionKind.Cut or EvictionKind.Freeze),
            FalseRelaunches = relaunches.False.Count,
            DoubleTrainings = relaunches.Doubles.Count,
            HostsLeft = left.Count,
            StepsRepeatedMax = relaunches.Repeated.Steps,
            RecoveryP50S = ChaosReport.Percentile(recoveries.Seconds, 0.5),
            RecoveryP95S = ChaosReport.Percentile(recoveries.Seconds, 0.95),
            OverspendMax = overspend.Most,
            Seed = options.Seed,
            Hosts = options.Hosts,
            Trainer = options.Trainer,
            EvictionsOf = Counts(outages.Select(outage => outage.Kind.ToString())),
            EvictionsAt = Counts(evictions.Done.Select(eviction => eviction.Stage)),
            OutagesAboveLimit = outages.Count(outage => outage.LastedUntil(outage.UntilMs) >= RentedSettings.LostAfter),
            WorkerKills = workerKills.Done.Count,
            Relaunches = relaunches.Count,
            Overlaps = relaunches.Overlaps.Count,
            HostsWithStatus = pool.Told.Count,
            LostByStatus = await LostByStatusAsync(cancellationToken),
            RecoveryP95SOf = recoveries.P95ByKind,
            WaitingForHostS = Math.Round(recoveries.Waited, 1),
            SaveSteps = RentedSettings.SaveSteps,
            TickS = RentedSettings.Tick.TotalSeconds,
            Seconds = Math.Round(seconds, 1),
            Violations =
            [
                .. verdicts.Lost.Select(lost => "lost: " + lost), .. verdicts.Wrong.Select(wrong => "wrong end: " + wrong), .. relaunches.False.Select(again => "false relaunch: " + again),
                .. relaunches.Unprovoked.Select(again => "relaunch without an eviction: " + again), .. relaunches.Doubles.Select(again => "double training: " + again),
                .. left.Select(host => "left: " + host), .. broken, .. watcher.ManyLeases.Select(job => $"{job} had two live leases"),
            ],
        };
        return report with { Violations = [.. report.Violations, .. Above(report, relaunches, overspend, board)] };
    }

    private IEnumerable<string> Above(RentedReport report, Relaunches relaunches, Overspend overspend, JobBoard board)
    {
        if (report.StepsRepeatedMax > RentedSettings.SaveSteps)
        {
            yield return $"{report.StepsRepeatedMax} steps were done again, more than one save interval: {relaunches.Repeated.Where}";
        }

        if (report.RecoveryP95S > 60)
        {
            yield return FormattableString.Invariant($"recovery took {report.RecoveryP95S} s (95th of 100), more than 60 s");
        }

        if (overspend.Most > 1 || overspend.Least > 1)
        {
            yield return FormattableString.Invariant($"the ledger is off by {overspend.Most} ticks above and {overspend.Least} below: {overspend.Where}");
        }

        if (report.Evictions < options.Evictions)
        {
            yield return $"only {report.Evictions} of {options.Evictions} evictions found a host that a job had";
        }

        if (board.Accepted.Count != options.Jobs)
        {
            yield return $"the gateway made {board.Accepted.Count} jobs of {options.Jobs} submits";
        }
    }

    /// <summary>When the saga took in the result of each training.</summary>
    private async Task<List<(string JobId, int Attempt, long AtMs)>> ResultsAsync(CancellationToken cancellationToken) =>
    [
        .. from row in await _databases.ReadAsync("orchestrator", "SELECT \"JobId\", \"Moments\" FROM jobs", cancellationToken)
           from moment in JsonElement.Parse((string)row[1]!).EnumerateArray()
           where moment.GetProperty("Stage").GetString() == "train" && moment.GetProperty("What").GetString() == "succeeded"
           select ((string)row[0]!, moment.GetProperty("Attempt").GetInt32(), moment.GetProperty("At").GetDateTimeOffset().ToUnixTimeMilliseconds()),
    ];

    /// <summary>By what jobs were told.</summary>
    private async Task<int> LostByStatusAsync(CancellationToken cancellationToken) => (await _databases.ReadAsync(
        "gateway", "SELECT \"Data\" FROM events WHERE \"Type\" = 'changed' AND \"Data\" LIKE '% gone, as its status command says, and %'", cancellationToken)).Count;

    private static SortedDictionary<string, int> Counts(IEnumerable<string> names) => new(names.GroupBy(name => name.ToLowerInvariant()).ToDictionary(group => group.Key, group => group.Count()));

    private void Say(string what) => Console.WriteLine($"{_time.GetUtcNow():HH:mm:ss} {what}");

    private async Task TellAsync(JobBoard board, Evictions evictions, WorkerKills workerKills, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(TimeSpan.FromSeconds(15), cancellationToken);
            Say($"{board.Accepted.Count} jobs taken, {await board.UnfinishedAsync(cancellationToken)} unfinished; {evictions.Done.Count} evictions, {workerKills.Done.Count} workers killed");
        }
    }
}
