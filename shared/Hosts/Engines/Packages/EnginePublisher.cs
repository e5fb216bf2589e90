using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Hosts.Engines.Packages;

/// <summary>Publishes the engines for hosts out of a source tree, by the .NET SDK of this computer.</summary>
/// <param name="runAsync">Runs a command of this computer.</param>
/// <param name="limit">Longest time.</param>
internal sealed class EnginePublisher(Func<HostCommand, CancellationToken, Task<CommandResult>> runAsync, TimeSpan limit)
{
    private const int NoSuchProgram = 127;
    private const int LogLines = 40;

    /// <summary>NuGet's code for a package source that does not answer.</summary>
    private const string SourceSilent = "NU1301";

    /// <param name="tree">The source tree; nothing in it is changed.</param>
    /// <param name="folder">Where the engines go, each into a folder of its name.</param>
    /// <exception cref="EngineMissingException">There is no SDK.</exception>
    /// <exception cref="EnginePackageException">It failed, or took too long; with the end of its log.</exception>
    public async Task PublishAsync(string tree, string folder, CancellationToken cancellationToken)
    {
        var result = await RunAsync(Command(tree, folder), cancellationToken).ConfigureAwait(false);
        if (result.ExitCode == NoSuchProgram)
        {
            throw new EngineMissingException(
                "Engines for rented hosts are published by the .NET SDK once, and there is no program 'dotnet' on PATH. Install the .NET 10 SDK, or set "
                + $"FINETUNE__Engines__HostFolder to a folder that another computer made (dotnet msbuild {EngineSource.Project} -p:Folder=/absolute/folder).");
        }

        if (result.ExitCode != 0)
        {
            var log = LogTail.Of(result.StandardOutput + result.StandardError, LogLines);
            throw log.Contains(SourceSilent, StringComparison.Ordinal)
                ? new EnginePackageException(
                    "A source of NuGet packages does not answer, and the engines for rented hosts need packages that are not here yet.", log, FailureKind.Transient)
                : new EnginePackageException(
                    $"The engines for rented hosts could not be published (exit code {result.ExitCode}): {LogTail.LastLine(log)} "
                    + $"Run 'dotnet msbuild {EngineSource.Project} -p:Folder=/absolute/folder' in {tree} and mend what it says.",
                    log,
                    FailureKind.BadInput);
        }
    }

    private async Task<CommandResult> RunAsync(HostCommand command, CancellationToken cancellationToken)
    {
        try
        {
            return await runAsync(command, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw new EnginePackageException(
                $"Publishing the engines for rented hosts took longer than {limit} and was ended: raise FINETUNE__Engines__PublishTimeLimit, or look why it hangs.",
                LogTail.Of(exception.Message, LogLines),
                FailureKind.BadInput,
                exception);
        }
    }

    private HostCommand Command(string tree, string folder) => new()
    {
        FileName = "dotnet",
        Arguments = ["msbuild", Path.Combine(tree, EngineSource.Project), "-nologo", "-verbosity:minimal", "-nodeReuse:false", "-p:Folder=" + folder],
        WorkingDirectory = tree,
        TimeLimit = limit,

        // Nothing of the build lives on after it: servers of the compiler would hold its files.
        Environment = new Dictionary<string, string?>
        {
            ["UseSharedCompilation"] = "false",
            ["MSBUILDDISABLENODEREUSE"] = "1",
            ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_NOLOGO"] = "1",
            ["MSBUILDTERMINALLOGGER"] = "off",
        },
    };
}
