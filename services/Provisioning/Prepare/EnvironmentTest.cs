using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Engines.Packages;
using FineTunePipeline.Hosts.Local;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Provisioning.Prepare.Checks;
using FineTunePipeline.Provisioning.Prepare.Trainers;

namespace FineTunePipeline.Provisioning.Prepare;

/// <summary>
/// The gate that a host passes before a job spends time and money there: asks every check of <see cref="EnvironmentChecks"/> that concerns it, and on the way
/// installs our engines on a host that is not this computer.
/// </summary>
internal sealed class EnvironmentTest(IHostConnector connector, EnginePackages packages, EnvironmentChecks checks, IEnumerable<IHostTrainer> trainers, TimeProvider time)
{
    private const int FoundCharacters = 300;
    private const int LogLines = 20;

    /// <exception cref="EngineMissingException">An engine is missing here, so that the host could not be asked.</exception>
    /// <exception cref="EnginePackageException">The engines for the host could not be made here.</exception>
    public Task<EnvironmentReport> RunAsync(HostReference reference, string trainer, long modelBytes, CancellationToken cancellationToken) =>
        RunAsync(reference, trainer, modelBytes, job: null, cancellationToken);

    /// <inheritdoc cref="RunAsync(HostReference, string, long, CancellationToken)"/>
    public async Task<EnvironmentReport> RunAsync(
        HostReference reference, string trainer, long modelBytes, JobUnderTest? job, CancellationToken cancellationToken)
    {
        var wanted = trainers.FirstOrDefault(each => each.Name == trainer)
            ?? throw StageException.BadInput(
                "trainer_unknown", $"There is no trainer '{trainer}'. Set provider.trainer to one of: {string.Join(", ", trainers.Select(each => each.Name))}.");

        // This computer has our engines beside its services; any other host gets them from us. Before the host is asked: what cannot be made here is not its fault, and its disk must have room for it.
        var package = reference.IsLocal() ? null : await packages.GetAsync(cancellationToken);
        var test = new HostUnderTest(
            connector.Connect(reference), reference.WorkFolder, reference.SharedFolder ?? reference.WorkFolder, modelBytes, package, wanted, job)
        {
            SaidCard = reference.Gpu,
        };
        return new EnvironmentReport
        {
            Checks = await AskAllAsync(checks.All, test, [], cancellationToken),
            TrainerVersion = test.TrainerVersion,
            Engines = package?.Archives,
            EngineFolder = test.EngineFolder,
            Trainer = test.Program is { Cards: > 0 } program ? program with { CardBytes = test.CardBytes } : test.Program,
            Test = test,
        };
    }

    /// <summary>Asks what can be asked only when model and data are there.</summary>
    public async Task<EnvironmentReport> GoOnAsync(EnvironmentReport report, CancellationToken cancellationToken) =>
        report with { Checks = await AskAllAsync(checks.WhenFilled, report.Test!, report.Checks, cancellationToken) };

    private async Task<IReadOnlyList<CheckResult>> AskAllAsync(
        IReadOnlyList<EnvironmentCheck> all, HostUnderTest test, IReadOnlyList<CheckResult> before, CancellationToken cancellationToken)
    {
        var results = before.ToList();
        foreach (var check in all.Where(check => Concerns(check, test)))
        {
            results.Add(check.OnlyIfFitSoFar && results.Any(EnvironmentReport.IsFailed)
                ? new CheckResult { Name = check.Name, Verdict = Verdict.PutOff, Found = "not asked, because the host failed before", Milliseconds = 0 }
                : await AskAsync(check, test, cancellationToken));
        }

        return results;
    }

    private static bool Concerns(EnvironmentCheck check, HostUnderTest test) =>
        (test.Package is not null || !check.OnlyWhereInstalled || (check.OfCards && test.UsesCard)) && (test.Job?.HostFolder is not null || !check.OnlyOfHostModel)
        && (test.Trainer.Installs || !check.OnlyIfTrainerInstalls);

    private async Task<CheckResult> AskAsync(EnvironmentCheck check, HostUnderTest test, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var finding = await FindAsync(check, test, cancellationToken);

        // There is no other computer in this one's place: only the person can change something.
        var failed = check.IfFailed != Verdict.Note && (finding.IsUsersFault || test.Package is null) ? Verdict.UserFault : check.IfFailed;
        var verdict = finding.Passed switch { true when finding.Note is not null => Verdict.Note, true => Verdict.Fit, false => failed, null => Verdict.PutOff };
        return new CheckResult
        {
            Name = check.Name,
            Verdict = verdict,
            Found = Start(finding.Found),
            Advice = finding.Passed == false ? check.Advice : finding.Note,
            Log = finding.Log is { Length: > 0 } log ? End(log) : null,
            Milliseconds = (long)time.GetElapsedTime(began).TotalMilliseconds,
        };
    }

    /// <summary>A host may answer anything, at any length; what is kept of it goes into messages and statements.</summary>
    private static string Start(string text) => text.Length > FoundCharacters ? text[..FoundCharacters] + "…" : text;

    private static string End(string log) =>
        string.Join('\n', log.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(LogLines).Select(Start));

    private async Task<Finding> FindAsync(EnvironmentCheck check, HostUnderTest test, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(check.Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return await check.AskAsync(test, either.Token);
        }
        catch (Exception exception) when (exception is TimeoutException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return Finding.Bad($"no answer within {check.Limit}: it is too slow, or overloaded");
        }
    }
}
