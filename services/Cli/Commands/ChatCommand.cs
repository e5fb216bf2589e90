using System.ComponentModel;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using FineTunePipeline.Cli.Hosts;
using FineTunePipeline.Cli.Http;
using Spectre.Console;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>
/// Asks a job's model: one question, or line by line from the keyboard with what was said before. While the job has a host of the person's, its base model and what was
/// trained by now can be asked there.
/// </summary>
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

        [CommandOption("--before")]
        [Description("Ask the base model, on the job's host")]
        public bool Before { get; init; }

        [CommandOption("--after")]
        [Description("Ask what was trained by now, on the job's host; the deployed model where the job has none")]
        public bool After { get; init; }

        [CommandOption("--limit <MINUTES>")]
        [Description("Longest wait for an answer of --before and --after")]
        public int LimitMinutes { get; init; } = 15;

        public override ValidationResult Validate() =>
            Before && After ? ValidationResult.Error("--before and --after are two questions: ask one after the other.")
            : (Before || After) && Question is null ? ValidationResult.Error("--before and --after take one question: finetune chat JOB --before \"QUESTION\".")
            : LimitMinutes < 1 ? ValidationResult.Error("--limit is a number of minutes, from 1.")
            : ValidationResult.Success();
    }

    public override async Task<int> ExecuteAsync(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        using var gateway = settings.Connect();
        if ((settings.Before || settings.After) && HostLogin.OfJobNow(await gateway.HostsAsync(Interrupt.Token), settings.Job) is { } login)
        {
            return await AskOnHostAsync(login, settings);
        }

        if (settings.Before)
        {
            throw new CliException(
                ExitCodes.BadInput,
                $"{Output.OneLine(settings.Job)} has no host of yours now, and the base model is asked there. What it said to the job's questions is in evaluation.json: finetune get {Output.OneLine(settings.Job)} FOLDER.");
        }

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

    private static async Task<int> AskOnHostAsync(HostLogin login, Settings settings)
    {
        var host = await JobHost.AskAsync(login, settings.Job, Interrupt.Token);
        var limit = TimeSpan.FromMinutes(settings.LimitMinutes);
        var (which, answer) = await new HostQuestion(host).AskAsync(settings.Question!, settings.After, settings.MaxTokens, limit, Interrupt.Token);
        if (settings.Json)
        {
            Output.Json(new JsonObject { ["model"] = which, ["answer"] = answer });
            return ExitCodes.Done;
        }

        await Console.Error.WriteLineAsync($"({Output.OneLine(which)} on {Output.OneLine(login.HostName)})");
        Console.WriteLine(Output.Clean(answer));
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
