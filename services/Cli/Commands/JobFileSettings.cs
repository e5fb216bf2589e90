using System.ComponentModel;
using FineTunePipeline.Cli.Http;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.JobFiles;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>A command about a job file.</summary>
internal class JobFileSettings : GatewaySettings
{
    [CommandArgument(0, "<FILE>")]
    [Description("The job file (YAML or JSON)")]
    public string File { get; init; } = "";

    /// <summary>The job as it is sent: what it names by local path is uploaded.</summary>
    public async Task<JobSpec> ReadAsync(GatewayClient gateway, CancellationToken cancellationToken)
    {
        if (!System.IO.File.Exists(File))
        {
            throw new CliException(ExitCodes.BadInput, $"There is no job file {File}. examples/own-model/job.yaml is one to copy.");
        }

        var spec = JobFile.Read(await System.IO.File.ReadAllTextAsync(File, cancellationToken));
        spec = JobPaths.Resolve(spec, Path.GetDirectoryName(Path.GetFullPath(File))!);
        return await new JobUploads(gateway, Json ? _ => { } : Console.Error.WriteLine).UploadAsync(spec, cancellationToken);
    }
}
