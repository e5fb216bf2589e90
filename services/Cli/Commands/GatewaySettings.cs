using System.ComponentModel;
using FineTunePipeline.Cli.Http;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>What every command takes.</summary>
internal class GatewaySettings : CommandSettings
{
    [CommandOption("--gateway <URL>")]
    [Description("Address of the gateway. Default: FINETUNE_GATEWAY, else http://127.0.0.1:8080")]
    public string? Gateway { get; init; }

    [CommandOption("--json")]
    [Description("Print JSON for programs: one value a line, and nothing else on standard output")]
    public bool Json { get; init; }

    [CommandOption("--retry-for <SECONDS>")]
    [Description("How long to try again when the connection to the gateway breaks")]
    public int RetrySeconds { get; init; } = 120;

    public GatewayClient Connect() => new(Address, TimeSpan.FromSeconds(Math.Max(0, RetrySeconds)));

    private string Address => Gateway ?? Environment.GetEnvironmentVariable("FINETUNE_GATEWAY") ?? "http://127.0.0.1:8080";
}
