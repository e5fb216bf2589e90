using System.ComponentModel;
using System.Text.Json.Nodes;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>Has a host tested as before a job, and shows the report.</summary>
internal sealed class HostsTestCommand : AsyncCommand<HostsTestCommand.Settings>
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    internal sealed class Settings : GatewaySettings
    {
        [CommandArgument(0, "<NAME>")]
        [Description("The host's name")]
        public string Name { get; init; } = "";
    }

    /// <returns>0 if a job may use it, 1 if not.</returns>
    public override async Task<int> ExecuteAsync(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        using var gateway = settings.Connect();
        var asked = await gateway.PostAsync($"api/hosts/{Uri.EscapeDataString(settings.Name)}/test", null, Interrupt.Token);
        if (!settings.Json)
        {
            await Console.Error.WriteLineAsync("Testing; the first test of a host brings our engines there (some hundred MB). Ctrl-C ends the waiting, not the test.");
        }

        var test = await EndedAsync(gateway, Output.Text(asked, "name"), Output.Text(asked, "test_id"));
        var passed = Output.Text(test, "passed") == "true";
        if (settings.Json)
        {
            Output.Json(test);
        }
        else
        {
            Console.WriteLine(Output.Clean(test["report"]?.ToString() ?? ""));
            Console.WriteLine(passed ? "Jobs can use it." : "Jobs cannot use it as it is.");
        }

        return passed ? ExitCodes.Done : ExitCodes.JobFailed;
    }

    private static async Task<JsonObject> EndedAsync(Http.GatewayClient gateway, string host, string testId)
    {
        while (true)
        {
            if ((await gateway.HostsAsync(Interrupt.Token)).FirstOrDefault(one => Output.Text(one!, "name") == host) is not JsonObject found)
            {
                throw new CliException(ExitCodes.BadInput, $"The host {host} was removed meanwhile.");
            }

            if (found["test"] is JsonObject test && Output.Text(test, "test_id") == testId && test["passed"] is not null)
            {
                return test;
            }

            await Task.Delay(LookEvery, Interrupt.Token);
        }
    }
}
