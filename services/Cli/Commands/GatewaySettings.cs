using System.ComponentModel;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>What every command takes.</summary>
internal class GatewaySettings : CommandSettings
{
    [CommandOption("--gateway <URL>")]
    [Description("Address of the gateway. Default: FINETUNE_GATEWAY, else http://127.0.0.1:8080")]
    public string? Gateway { get; init; }

    [CommandOption("--json")]
    [Description("Print JSON for programs")]
    public bool Json { get; init; }

    public string Address => Gateway ?? Environment.GetEnvironmentVariable("FINETUNE_GATEWAY") ?? "http://127.0.0.1:8080";
}
