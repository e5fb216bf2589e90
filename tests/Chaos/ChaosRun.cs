using FineTunePipeline.Chaos.Counting;
using FineTunePipeline.Chaos.Databases;
using FineTunePipeline.Chaos.Faults;
using FineTunePipeline.Chaos.Jobs;
using FineTunePipeline.Chaos.Processes;
using FineTunePipeline.TestKit.RabbitMq;

namespace FineTunePipeline.Chaos;

/// <summary>Records the engines once in peace, then runs all jobs under kills, waits for their end, and counts.</summary>
internal sealed class ChaosRun(ChaosOptions options, ChaosFolder folder, RabbitMqBroker broker, IServiceDatabases databases)
{
    private const int Window = 24;
    private readonly TimeProvider _time = TimeProvider.System;

    public async Task<ChaosReport> RunAsync(CancellationToken cancellationToken)
    {
        var inputs = new JobInputs(folder);
        inputs.Write();
        EnginePrograms.Write(folder);
        await using var processes = new ServiceProcesses(folder, broker, databases.Settings);
        await processes.StartAsync(cancellationToken);
        using var gateway = new Gateway(processes.Gateway.Address);

        var plans = JobPlan.Draw(options.Jobs, options.Seed);
        var board = new JobBoard(plans, inputs, gateway, databases, folder, Math.Clamp(options.Jobs / 3, 4, Window));
        var ends = new JobEnds(board, databases, _time);
        var journal = new Journal(folder);
        Say("recording one run of the real engines");
        var recorded = await ends.RecordAsync(cancellationToken);
        var purposes = journal.Read().Where(line => line.JobId == recorded && line.What == "effect").Select(line => line.Purpose).ToHashSet();

        using var chaos = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var duplicates = new Duplicates(broker.Address, options.Seed);
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var duplicating = duplicates.RunAsync(listening, chaos.Token);
        await await Task.WhenAny(listening.Task, duplicating);
        await broker.SettleAsync(cancellationToken);

        var began = _time.GetTimestamp();
        var kills = new ProcessKills(processes, board, options.Kills, options.Seed);
        var brokerKills = new BrokerKills(broker, kills, options.Kills, options.Seed);
        var locks = new DatabaseLocks(databases, options.Seed);
        var watch = new Watch(databases, board, journal, _time);
        board.Progress = options.Kills == 0 ? 1 : 0;
        var submitting = board.SubmitAllAsync(cancellationToken);
        var killing = kills.RunAsync(submitting, cancellationToken);
        using var broke = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] disturbing = [options.Kills > 0 ? brokerKills.RunAsync(broke.Token) : Task.CompletedTask, locks.RunAsync(broke.Token)];
        var watching = watch.RunAsync(chaos.Token);
        var telling = TellAsync(board, kills, brokerKills, duplicates, chaos.Token);

        await Together.FailFastAsync(Task.WhenAll(submitting, killing), [killing, watching, .. disturbing]);
        await ends.AllEndedAsync(cancellationToken);
        await broke.CancelAsync();
        await Task.WhenAll(disturbing.Select(Together.EndAsync));
        var seconds = _time.GetElapsedTime(began).TotalSeconds;
        Say("all jobs have ended, or will not: counting");

        // Late duplicates of messages of finished jobs still come; then no more.
        await chaos.CancelAsync();
        await Task.WhenAll(Together.EndAsync(duplicating), Together.EndAsync(watching), Together.EndAsync(telling));
        var invariants = new Invariants(databases, broker, folder, _time);
        var broken = await invariants.SettledAsync(cancellationToken);
        var leases = await invariants.LeasesLeftAsync(cancellationToken);
        var verdicts = new JobVerdicts(databases, board, inputs, gateway, _time);
        await verdicts.JudgeAsync(cancellationToken);
        var lines = journal.Read();
        var doubled = Journal.Duplicates(lines).ToList();
        var crashes = processes.All.SelectMany(process => process.Crashes).ToList();
        var recoveries = processes.All.SelectMany(process => process.Recoveries).ToList();
        foreach (var extra in verdicts.ExtraAttempts)
        {
            Say("extra attempt: " + extra);
        }

        List<string> violations =
        [
            .. verdicts.Lost.Select(lost => "lost: " + lost), .. verdicts.Wrong.Select(wrong => "wrong end: " + wrong), .. doubled.Select(again => "twice: " + again),
            .. watch.Stuck.Select(stuck => "stuck: " + stuck), .. broken, .. watch.ManyLeases.Select(job => $"{job} had two live leases"), .. crashes,
            .. Journal.Missing(lines, purposes, verdicts.Succeeded),
        ];
        if (kills.Done < options.Kills)
        {
            violations.Add($"only {kills.Done} of {options.Kills} kills found a ready process and an unfinished job");
        }

        if (board.Accepted.Count != options.Jobs)
        {
            violations.Add($"the gateway made {board.Accepted.Count} jobs of {options.Jobs} submits");
        }

        return new ChaosReport
        {
            Jobs = options.Jobs,
            Succeeded = verdicts.Succeeded.Count,
            FailedPlanted = verdicts.FailedAsPlanted.Count,
            Lost = verdicts.Lost.Count,
            DuplicatedEffects = doubled.Count,
            Stuck = watch.Stuck.Count,
            LeasesLeft = leases.Count,
            Kills = kills.Done,
            BrokerRestarts = brokerKills.Done,
            RecoveryP50S = ChaosReport.Percentile(recoveries, 0.5),
            RecoveryP95S = ChaosReport.Percentile(recoveries, 0.95),
            Seed = options.Seed,
            Database = options.Postgres ? "postgres" : "sqlite",
            KillsWhere = kills.Where,
            KillsOf = kills.Who,
            DatabaseLocks = locks.Done,
            DuplicatedMessages = duplicates.Sent,
            ExtraAttempts = verdicts.ExtraAttempts.Count,
            EngineStarts = lines.Count(line => line.What == "start"),
            Seconds = Math.Round(seconds, 1),
            StartCpuS = ChaosReport.Percentile(processes.All.SelectMany(process => process.StartCpu), 0.5),
            Violations = violations,
        };
    }

    private void Say(string what) => Console.WriteLine($"{_time.GetUtcNow():HH:mm:ss} {what}");

    private async Task TellAsync(JobBoard board, ProcessKills kills, BrokerKills brokerKills, Duplicates duplicates, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(TimeSpan.FromSeconds(15), cancellationToken);
            var unfinished = await board.UnfinishedAsync(cancellationToken);
            Say($"{board.Accepted.Count} jobs taken, {unfinished} unfinished; {kills.Done} kills, {brokerKills.Done} of the broker; {duplicates.Sent} messages twice");
        }
    }
}
