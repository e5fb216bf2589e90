using System.ComponentModel;
using System.Text.Json.Nodes;
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

    /// <summary>What a command did: the gateway's answer for programs, a sentence for people.</summary>
    public void Tell(JsonObject answer, string sentence)
    {
        if (Json)
        {
            Output.Json(answer);
        }
        else
        {
            Console.WriteLine(sentence);
        }
    }

    private string Address => Gateway ?? Environment.GetEnvironmentVariable("FINETUNE_GATEWAY") ?? "http://127.0.0.1:8080";
}
