using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Engines.Installing;

namespace FineTunePipeline.Provisioning.Prepare.Checks;

/// <summary>Whether our engines can be installed there and run; what they are is remembered for the job.</summary>
internal sealed class EngineChecks(EngineLocator engines, EngineInstaller installer, PrepareOptions options)
{
    private const int VersionLines = 20;

    public async Task<Finding> InstallAsync(HostUnderTest test, CancellationToken cancellationToken)
    {
        try
        {
            test.EngineFolder = await installer.InstallAsync(test.Host, test.SharedFolder, test.Package!, cancellationToken);
            return Finding.Good($"installed in {test.EngineFolder}");
        }
        catch (EngineInstallException exception)
        {
            return Finding.Bad(exception.Message, exception.Log);
        }
    }

    public async Task<Finding> TrainerAsync(HostUnderTest test, CancellationToken cancellationToken)
    {
        var command = engines.Locate(Engine.Trainer, test.EngineFolder);
        var result = await test.Host.RunAsync(
            command with { Arguments = [.. command.Arguments, "version"], TimeLimit = options.ProbeTimeLimit }, cancellationToken);
        EngineSilentException.ThrowIfSilent(result, $"{command.FileName} version");
        var version = VersionText(result.StandardOutput);
        if (result.ExitCode != 0 || version.Length == 0)
        {
            return Finding.Bad($"'{command.FileName} version' ended with exit code {result.ExitCode}: {LastLine(result.StandardError)}", result.StandardError);
        }

        test.TrainerVersion = version;
        return Finding.Good(version);
    }

    /// <summary>LLaMA-Factory draws a box around its version.</summary>
    private static string VersionText(string output) => string.Join(
        " ",
        output.Split('\n').Take(VersionLines).Select(line => line.Trim(' ', '|', '-', '\r', '\t')).Where(line => line.Length > 0));

    /// <summary>For a sentence.</summary>
    internal static string LastLine(string text) =>
        EngineAnswer.LastLine(text) is { Length: > 0 } line ? line : "it wrote nothing";
}
