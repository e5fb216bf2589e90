using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>Lets a job rest: it keeps what it has reached, and its host is given back.</summary>
internal sealed class PauseCommand : AsyncCommand<JobSettings>
{
    public override async Task<int> ExecuteAsync(CommandContext context, JobSettings settings, CancellationToken cancellationToken)
    {
        using var gateway = settings.Connect();
        var job = await gateway.PostAsync($"api/jobs/{settings.Job}/pause", null, Interrupt.Token);
        settings.Tell(job, $"Asked for a pause of {settings.Job}; it goes on with: finetune resume {settings.Job}");

        return ExitCodes.Done;
    }
}
