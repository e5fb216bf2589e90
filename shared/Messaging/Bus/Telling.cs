using FineTunePipeline.Contracts.Stages;
using MassTransit;

namespace FineTunePipeline.Messaging.Bus;

/// <summary>Interim events, which may be lost: work does not wait for a bus that is away, nor fail for it.</summary>
internal static class Telling
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <returns>Why it was not told, or null.</returns>
    public static async Task<Exception?> TryPublishAsync(this IBus bus, IStageEvent stageEvent, CancellationToken cancellationToken)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Limit);

            // Not the token alone: RabbitMQ.Client may let go of a send without ending it (DeclareInTurns says why).
            await bus.Publish(stageEvent, stageEvent.GetType(), limit.Token).WaitAsync(limit.Token);
            return null;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return exception;
        }
    }
}
