using System.ComponentModel;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>A command about one job.</summary>
internal class JobSettings : GatewaySettings
{
    [CommandArgument(0, "<JOB>")]
    [Description("The job's id")]
    public string Job { get; init; } = "";
}
