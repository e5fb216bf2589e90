using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>Cancels a job; harmless for one that has ended.</summary>
internal sealed class CancelCommand : AsyncCommand<JobSettings>
{
    public override async Task<int> ExecuteAsync(CommandContext context, JobSettings settings, CancellationToken cancellationToken)
    {
        using var gateway = settings.Connect();
        var job = await gateway.PostAsync($"api/jobs/{settings.Job}/cancel", null, Interrupt.Token);
        settings.Tell(job, $"Asked for the end of {settings.Job}; finetune watch {settings.Job} shows it");

        return ExitCodes.Done;
    }
}
