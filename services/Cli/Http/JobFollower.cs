using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;

namespace FineTunePipeline.Cli.Http;

/// <summary>
/// A job's events to its end. A stream that ends, breaks off or falls silent says nothing about the job: it is taken up again after the last event that
/// was seen, until the gateway says that the job has ended.
/// </summary>
internal sealed class JobFollower(GatewayClient gateway)
{
    /// <summary>The gateway sends a ping every 15 s.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);

    private string? _last;

    /// <returns>The job as it has ended.</returns>
    public async Task<JsonObject> FollowAsync(string jobId, Action<string, JsonObject> show, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await ReadAsync(jobId, show, cancellationToken);
                var job = await gateway.GetAsync<JsonObject>($"api/jobs/{jobId}", cancellationToken);
                if (Output.Text(job, "state") is "succeeded" or "failed" or "cancelled")
                {
                    return job;
                }

                throw new CliException(ExitCodes.Gateway, "The gateway closed the stream of events, but the job goes on.");
            }
            catch (Exception exception) when (Failures.IsTheGateways(exception))
            {
                await gateway.Patience.WaitAsync(exception, cancellationToken);
            }
        }
    }

    private async Task ReadAsync(string jobId, Action<string, JsonObject> show, CancellationToken cancellationToken)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(Silence);
        using var answer = await gateway.EventsAsync(jobId, _last, silence.Token);
        await using var body = await answer.Content.ReadAsStreamAsync(silence.Token);
        await foreach (var item in SseParser.Create(body).EnumerateAsync(silence.Token))
        {
            silence.CancelAfter(Silence);
            gateway.Patience.Restore();
            if (item.EventType != "ping")
            {
                show(item.EventType, GatewayClient.Parse<JsonObject>(item.Data));
                _last = item.EventId ?? _last;
            }
        }
    }
}
