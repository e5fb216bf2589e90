using System.Text.Json.Nodes;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>Shows a job.</summary>
internal sealed class ShowCommand : AsyncCommand<JobSettings>
{
    public override async Task<int> ExecuteAsync(CommandContext context, JobSettings settings, CancellationToken cancellationToken)
    {
        using var gateway = settings.Connect();
        var job = await gateway.GetAsync<JsonObject>($"api/jobs/{settings.Job}", Interrupt.Token);
        if (settings.Json)
        {
            Output.Json(job);
            return ExitCodes.Done;
        }

        Console.WriteLine($"{Output.Text(job, "id")}  {Output.Text(job, "name")}");
        Console.WriteLine($"state     {Output.Text(job, "state")} ({Output.Text(job, "stage")}, attempt {Output.Text(job, "attempt")})");
        Console.WriteLine($"message   {Output.Text(job, "message")}");
        if (Output.Text(job, "parked") is { Length: > 0 } parked)
        {
            Console.WriteLine($"parked    {parked} of its messages could not be taken in: finetune ops parked shows them");
        }

        if (job["progress"] is { } progress)
        {
            Console.WriteLine($"training  step {Output.Number(progress, "step", "0")}/{Output.Number(progress, "total_steps", "0")}, loss {Output.Number(progress, "loss", "0.000")}");
        }

        foreach (var (set, score) in job["result"]?["evaluation"]?["sets"] as JsonObject ?? [])
        {
            Console.WriteLine($"accuracy  {Output.OneLine(set)}: {Output.Number(score!, "before", "0.000")} -> {Output.Number(score!, "after", "0.000")} ({Output.Text(score!, "questions")} questions)");
        }

        foreach (var file in job["result"]?["files"] as JsonArray ?? [])
        {
            Console.WriteLine($"file      {Output.Text(file!, "path")} ({Output.Text(file!, "kind")})");
        }

        if (job["result"] is { } result && Output.Text(result, "endpoint") is { Length: > 0 } endpoint)
        {
            Console.WriteLine($"endpoint  {endpoint}");
        }

        return ExitCodes.Done;
    }
}
