using System.Text;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Runs;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Provisioning.Prepare.Checks;

/// <summary>Longer work of our engines for a check, under the host contract: entered again, a run of this attempt is adopted, or its end read again.</summary>
internal sealed class EngineRuns(EngineLocator engines, HostRuns runs)
{
    private const int LargestOutput = 4 << 20;

    /// <param name="name">Of the run folder, such as <c>inspect</c>.</param>
    /// <param name="doing">What it does, for people: "hashing the model".</param>
    /// <exception cref="StageException">It was ended from outside, which says nothing about the host.</exception>
    public Task<RunEnd> ToEndAsync(
        HostUnderTest test, Engine engine, string name, IReadOnlyList<string> arguments, TimeSpan limit, string doing, CancellationToken cancellationToken) =>
        ToEndAsync(test, engines.Locate(engine, test.EngineFolder), name, arguments, limit, doing, cancellationToken);

    /// <inheritdoc cref="ToEndAsync(HostUnderTest, Engine, string, IReadOnlyList{string}, TimeSpan, string, CancellationToken)"/>
    public async Task<RunEnd> ToEndAsync(
        HostUnderTest test, HostCommand program, string name, IReadOnlyList<string> arguments, TimeSpan limit, string doing, CancellationToken cancellationToken)
    {
        var command = program with { Arguments = [.. program.Arguments, .. arguments], TimeLimit = limit };
        var end = await runs.ToEndAsync(test.Host, FolderOf(test, name), command, doing, cancellationToken);
        if (end is { WasKilled: true, HitTimeLimit: false })
        {
            var message = $"What ran on the host was ended from outside (by a person, or by the system for want of memory) while {doing}.";
            throw new StageException(new Failure("engine_killed", message, FailureKind.Transient) { Evidence = end.Evidence });
        }

        return end;
    }

    /// <summary>The last line that a run wrote; what is above 4 MiB is not read.</summary>
    public static async Task<string> LastLineAsync(HostUnderTest test, string name, CancellationToken cancellationToken)
    {
        var output = await test.Host.ReadAsync($"{FolderOf(test, name)}/{RunFolder.Output}", 0, LargestOutput, cancellationToken);
        return EngineChecks.LastLine(Encoding.UTF8.GetString(output));
    }

    /// <summary>The error that <c>finetune-model</c> ended with: code and message of its last line, or the line itself.</summary>
    public static (string? Code, string Message) ErrorOf(RunEnd end) => EngineAnswer.ErrorOf(end.LastLine ?? "it wrote nothing");

    public static string FolderOf(HostUnderTest test, string name) => $"{test.Job!.RunsFolder}/{name}";
}
