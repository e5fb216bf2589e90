using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Probes;
using FineTunePipeline.Messaging.Stages;
using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Training.Watching;

/// <summary>
/// Asks the cards' driver now and then how busy they are, beside the looks at a run. Nobody waits for its answer, and one that does not come changes nothing but how
/// soon it is asked again.
/// </summary>
internal sealed class CardWatch(IComputeHost host, TrainerProgram? trainer, StageContext context, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Seldom = TimeSpan.FromMinutes(16);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private TimeSpan _wait = Every;
    private long? _askedAt;
    private Task _asking = Task.CompletedTask;

    /// <summary>The last answer; null: there is none, or no card.</summary>
    public CardUse? Latest { get; private set; }

    /// <summary>Asks, if there are cards and it is time.</summary>
    public void Look(CancellationToken cancellationToken)
    {
        if (trainer is not { Cards: > 0 } || !_asking.IsCompleted || (_askedAt is { } at && time.GetElapsedTime(at) < _wait))
        {
            return;
        }

        _askedAt = time.GetTimestamp();
        _asking = AskAsync(trainer, cancellationToken);
    }

    private async Task AskAsync(TrainerProgram program, CancellationToken cancellationToken)
    {
        try
        {
            var result = await host.RunAsync(Question(program), cancellationToken);
            Latest = result.ExitCode == 0 ? GraphicsCardReport.Use(result.StandardOutput) : null;
            if (Latest is null)
            {
                AskLater($"exit code {result.ExitCode}: {result.StandardOutput.Trim()} {result.StandardError.Trim()}");
            }
            else
            {
                _wait = Every;
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it is, the run's own looks meet it too, if it matters.
            Latest = null;
            AskLater(exception.Message);
        }
    }

    /// <summary>In the environment of the trainer: what a login shell finds, it finds too.</summary>
    private static HostCommand Question(TrainerProgram program) => new()
    {
        FileName = "nvidia-smi",
        Arguments = [$"--query-gpu={GraphicsCardReport.UseFields}", "--format=csv,noheader,nounits"],
        Environment = program.Environment.ToDictionary(pair => pair.Key, pair => (string?)pair.Value),
        TimeLimit = Limit,
    };

    private void AskLater(string reason)
    {
        _wait = _wait * 2 < Seldom ? _wait * 2 : Seldom;
        logger.CardsUntold(context.JobId, context.Attempt, _wait, reason);
    }
}
