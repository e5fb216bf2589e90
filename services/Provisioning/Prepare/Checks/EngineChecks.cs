using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Engines.Installing;

namespace FineTunePipeline.Provisioning.Prepare.Checks;

/// <summary>Whether our engines can be installed there.</summary>
internal sealed class EngineChecks(EngineInstaller installer)
{
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

    /// <summary>For a sentence.</summary>
    internal static string LastLine(string text) =>
        EngineAnswer.LastLine(text) is { Length: > 0 } line ? line : "it wrote nothing";
}
