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
        using var gateway = settings.Connect();
        var messages = new JsonArray();
        if (settings.Question is not null)
        {
            await AskAsync(gateway, settings, messages, settings.Question);
            return ExitCodes.Done;
        }

        // A read of the console cannot be cancelled; Ctrl-C leaves it behind.
        while (await Task.Run(Console.In.ReadLine).WaitAsync(Interrupt.Token) is { } line)
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
        if (settings.Json)
        {
            var whole = GatewayClient.Parse<JsonObject>(await answer.Content.ReadAsStringAsync(Interrupt.Token));
            Output.Json(whole);
            Remember(messages, ContentOf(whole, "message"));
            return;
        }

        await using var body = await answer.Content.ReadAsStreamAsync(Interrupt.Token);

        var said = "";
        await foreach (var item in SseParser.Create(body).EnumerateAsync(Interrupt.Token))
        {
            if (item.Data == "[DONE]")
            {
                break;
            }

            var piece = ContentOf(GatewayClient.Parse<JsonObject>(item.Data), "delta");
            said += piece;
            Console.Write(Output.Clean(piece));
        }

        Console.WriteLine();
        Remember(messages, said);
    }

    private static void Remember(JsonArray messages, string said) => messages.Add(new JsonObject { ["role"] = "assistant", ["content"] = said });

    /// <summary>What the first choice says; the last piece of a stream may have no choice at all.</summary>
    private static string ContentOf(JsonObject answer, string part) =>
        ((answer["choices"] as JsonArray)?.FirstOrDefault()?[part] as JsonObject)?["content"]?.ToString() ?? "";
}
