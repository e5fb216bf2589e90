using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Provisioning.Prepare.Checks;

namespace FineTunePipeline.Provisioning.Prepare.Trainers;

/// <summary>A short question to a trainer, by one of its verbs.</summary>
internal static class TrainerQuestion
{
    private const int VersionLines = 20;

    /// <summary>What it answered on standard output, or why it did not.</summary>
    /// <exception cref="EngineSilentException">It was ended before it answered.</exception>
    public static async Task<(string? Answer, Finding? Fault)> AskAsync(
        HostUnderTest test, HostCommand program, TimeSpan limit, CancellationToken cancellationToken, params string[] arguments)
    {
        var result = await test.Host.RunAsync(program with { Arguments = [.. program.Arguments, .. arguments], TimeLimit = limit }, cancellationToken);
        var asked = $"{program.FileName} {string.Join(' ', arguments)}";
        EngineSilentException.ThrowIfSilent(result, asked);
        return result.ExitCode == 0 && result.StandardOutput.Trim().Length > 0
            ? (result.StandardOutput, null)
            : (null, Finding.Bad($"'{asked}' ended with exit code {result.ExitCode}: {EngineChecks.LastLine(result.StandardError)}", result.StandardError));
    }

    /// <summary>Notes what its verb <c>version</c> prints. LLaMA-Factory draws a box around it.</summary>
    public static async Task<Finding> VersionAsync(HostUnderTest test, HostCommand program, TimeSpan limit, CancellationToken cancellationToken)
    {
        var (answer, fault) = await AskAsync(test, program, limit, cancellationToken, "version");
        if (answer is null)
        {
            return fault!;
        }

        test.TrainerVersion = string.Join(
            " ", answer.Split('\n').Take(VersionLines).Select(line => line.Trim(' ', '|', '-', '\r', '\t')).Where(line => line.Length > 0));
        return Finding.Good(test.TrainerVersion);
    }
}
