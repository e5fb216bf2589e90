using System.ComponentModel;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using FineTunePipeline.Cli.Http;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>Asks a job's model: one question, or line by line from the keyboard with what was said before.</summary>
internal sealed class ChatCommand : AsyncCommand<ChatCommand.Settings>
{
    internal sealed class Settings : JobSettings
    {
        [CommandArgument(1, "[QUESTION]")]
        [Description("The question; without one, lines are read until end of file")]
        public string? Question { get; init; }

        [CommandOption("--temperature <T>")]
        [Description("0 is greedy")]
        public double Temperature { get; init; }

        [CommandOption("--max-tokens <N>")]
        [Description("Longest answer")]
        public int MaxTokens { get; init; } = 256;
    }

    public override async Task<int> ExecuteAsync(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        using var gateway = new GatewayClient(settings.Address);
        var messages = new JsonArray();
        if (settings.Question is not null)
        {
            await AskAsync(gateway, settings, messages, settings.Question);
            return ExitCodes.Done;
        }

        while (await Console.In.ReadLineAsync(Interrupt.Token) is { } line)
        {
            if (line.Length > 0)
            {
                await AskAsync(gateway, settings, messages, line);
            }
        }

        return ExitCodes.Done;
    }

    private static async Task AskAsync(GatewayClient gateway, Settings settings, JsonArray messages, string question)
    {
        messages.Add(new JsonObject { ["role"] = "user", ["content"] = question });
        var request = new JsonObject
        {
            ["model"] = settings.Job,
            ["messages"] = messages.DeepClone(),
            ["temperature"] = settings.Temperature,
            ["max_tokens"] = settings.MaxTokens,
            ["stream"] = !settings.Json,
        };
        using var answer = await gateway.ChatAsync(request, Interrupt.Token);
        await using var body = await answer.Content.ReadAsStreamAsync(Interrupt.Token);
        if (settings.Json)
        {
            Output.Json((await JsonNode.ParseAsync(body, cancellationToken: Interrupt.Token))!);
            return;
        }

        var said = "";
        await foreach (var item in SseParser.Create(body).EnumerateAsync(Interrupt.Token))
        {
            if (item.Data == "[DONE]")
            {
                break;
            }

            var piece = JsonNode.Parse(item.Data)?["choices"]?[0]?["delta"]?["content"]?.GetValue<string>() ?? "";
            said += piece;
            Console.Write(piece);
        }

        Console.WriteLine();
        messages.Add(new JsonObject { ["role"] = "assistant", ["content"] = said });
    }
}
