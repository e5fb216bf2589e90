using System.Text.Json.Nodes;
using FineTunePipeline.Cli.Http;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>Follows a job to its end.</summary>
internal sealed class WatchCommand : AsyncCommand<JobSettings>
{
    public override async Task<int> ExecuteAsync(CommandContext context, JobSettings settings, CancellationToken cancellationToken)
    {
        using var gateway = settings.Connect();
        return await FollowAsync(gateway, settings.Job, settings.Json, Interrupt.Token);
    }

    public static async Task<int> FollowAsync(GatewayClient gateway, string jobId, bool json, CancellationToken cancellationToken)
    {
        try
        {
            var job = await new JobFollower(gateway).FollowAsync(jobId, (type, data) => Show(type, data, json), cancellationToken);
            return Output.ExitCode(Output.Text(job, "state"));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"Stopped watching; the job goes on. Watch it again: finetune watch {jobId}");
            return ExitCodes.Interrupted;
        }
    }

    private static void Show(string type, JsonObject data, bool json)
    {
        if (json)
        {
            Output.Json(data);
        }
        else
        {
            Console.WriteLine(Output.Line(type, data));
        }
    }
}
