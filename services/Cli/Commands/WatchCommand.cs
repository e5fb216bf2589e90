using FineTunePipeline.Cli.Http;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>Follows a job to its end.</summary>
internal sealed class WatchCommand : AsyncCommand<JobSettings>
{
    public override async Task<int> ExecuteAsync(CommandContext context, JobSettings settings, CancellationToken cancellationToken)
    {
        using var gateway = new GatewayClient(settings.Address);
        return await FollowAsync(gateway, settings.Job, settings.Json, Interrupt.Token);
    }

    public static async Task<int> FollowAsync(GatewayClient gateway, string jobId, bool json, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var (type, data) in new JobFollower(gateway).FollowAsync(jobId, cancellationToken))
            {
                Console.WriteLine(json ? data.ToJsonString() : Output.Line(type, data));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"Stopped watching; the job goes on. Watch it again: finetune watch {jobId}");
            return ExitCodes.Interrupted;
        }

        var job = await gateway.GetAsync($"api/jobs/{jobId}", cancellationToken);
        return Output.ExitCode(Output.Text(job, "state"));
    }
}
