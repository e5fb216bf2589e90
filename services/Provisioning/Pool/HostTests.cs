using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Messaging.Diagnostics;
using FineTunePipeline.Provisioning.Data;
using FineTunePipeline.Provisioning.Prepare;
using FineTunePipeline.Provisioning.Prepare.Checks;
using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Provisioning.Pool;

/// <summary>
/// Tests hosts for their owners, by the gate that jobs pass. No job may take a host meanwhile. Who tests renews its claim; a test whose process ended is done
/// again by another, from the beginning.
/// </summary>
internal sealed class HostTests(
    HostTable hosts, HostVisits visits, EnvironmentTest environmentTest, StatusCommands statusCommands, TimeProvider time, ILogger<HostTests> logger)
    : RepeatedLook(TimeSpan.FromSeconds(1), time, logger)
{
    private const int AtOnce = 4;
    private static readonly TimeSpan Claim = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(15);

    /// <summary>Tests all that wait for it.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var waiting = await hosts.ToTestAsync(cancellationToken);
        var atOnce = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(waiting, atOnce, async (row, token) => await (row.IsFree || row.IsUnderTest
            ? TestAsync(row.Name, token)
            : hosts.EndTestAsync(row.Name, passed: false, $"It is in use by the job {row.JobId}, which tested it before: test it when that has ended.", token)));
    }

    protected override Task OnceAsync(CancellationToken cancellationToken) => LookAsync(cancellationToken);

    private long NowMs() => Time.GetUtcNow().ToUnixTimeMilliseconds();

    private async Task TestAsync(string name, CancellationToken cancellationToken)
    {
        if (await hosts.ChangeAsync(name, TryClaim, cancellationToken) is not { } row)
        {
            return;
        }

        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var renewing = RenewAsync(name, done);
        try
        {
            var (passed, report) = await ReportAsync(row, done.Token);
            await hosts.EndTestAsync(name, passed, report, done.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The host was removed, or is another one now, and nobody waits for this test; or its end could not be stored, and it is done again. The others go on.
            Logger.TestFailed(exception, name);
        }
        finally
        {
            await done.CancelAsync();
            await renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool TryClaim(HostRow row)
    {
        if (!(row.IsFree || row.IsUnderTest) || row.TestUntilMs is not { } until || until > NowMs())
        {
            return false;
        }

        (row.LeaseId, row.SharedFolder, row.TestUntilMs) = (row.TestLease, null, NowMs() + (long)Claim.TotalMilliseconds);
        return true;
    }

    /// <summary>Ends the test when the host is no longer ours: its address was changed, or it was removed.</summary>
    private async Task RenewAsync(string name, CancellationTokenSource done)
    {
        while (true)
        {
            await Task.Delay(RenewEvery, Time, done.Token);
            if (await hosts.ChangeAsync(name, TryRenew, done.Token) is null)
            {
                await done.CancelAsync();
            }
        }

        bool TryRenew(HostRow row)
        {
            row.TestUntilMs = NowMs() + (long)Claim.TotalMilliseconds;
            return row.IsUnderTest;
        }
    }

    private async Task<(bool Passed, string Report)> ReportAsync(HostRow row, CancellationToken cancellationToken)
    {
        try
        {
            var folder = await visits.MoveInAsync(row, cancellationToken);
            row.SharedFolder = folder;
            row.HostKey = (await hosts.FindAsync(row.Name, cancellationToken))?.HostKey;
            try
            {
                var report = await environmentTest.RunAsync(row.Reference, TrainerNames.Builtin, modelBytes: 0, cancellationToken);
                report = report with { Checks = [.. report.Checks, .. await StatusAsync(row, cancellationToken)] };
                return (report.Passed, report.ToText());
            }
            finally
            {
                // Nothing of its owner's for a release: it is not switched off for a test.
                row.OnRelease = HostRow.Keep;
                await visits.MoveOutAsync(row, CancellationToken.None);
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it was: the test must not keep the host from jobs.
            Logger.TestFailed(exception, row.Name);
            return (false, exception.Message);
        }
    }

    /// <summary>The owner's status command, asked while there is no need: one that is wrong would give up a host that runs.</summary>
    private async Task<IReadOnlyList<CheckResult>> StatusAsync(HostRow row, CancellationToken cancellationToken)
    {
        if (row.StatusCommand is null)
        {
            return [];
        }

        var began = Time.GetTimestamp();
        var status = await statusCommands.AskAsync(row, cancellationToken);
        return
        [
            new CheckResult
            {
                Name = "status command",
                Verdict = status.IsEnded ? Verdict.UserFault : status.Power == HostPower.Running ? Verdict.Fit : Verdict.PutOff,
                Found = status.Trouble ?? (status.IsEnded ? $"says {status.Word}, and the host has just answered" : status.Word),
                Advice = status.IsEnded ? $"It asks for another computer: finetune hosts update {row.Name} --status-command COMMAND." : null,
                Milliseconds = (long)Time.GetElapsedTime(began).TotalMilliseconds,
            },
        ];
    }
}
