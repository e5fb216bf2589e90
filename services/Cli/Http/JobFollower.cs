using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace FineTunePipeline.Cli.Http;

/// <summary>A job's events to its end. A broken connection is taken up again after the last event that was seen.</summary>
internal sealed class JobFollower(GatewayClient gateway)
{
    private const int MostFailures = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async IAsyncEnumerable<(string Type, JsonObject Data)> FollowAsync(
        string jobId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? last = null;
        var failures = 0;
        while (true)
        {
            IAsyncEnumerator<SseItem<string>>? stream = null;
            HttpResponseMessage? answer = null;
            try
            {
                var ended = false;
                while (!ended)
                {
                    SseItem<string>? item = null;
                    try
                    {
                        if (stream is null)
                        {
                            answer = await gateway.EventsAsync(jobId, last, cancellationToken);
                            stream = SseParser.Create(await answer.Content.ReadAsStreamAsync(cancellationToken)).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
                        }

                        ended = !await stream.MoveNextAsync();
                        item = ended ? null : stream.Current;
                        failures = 0;
                    }
                    catch (Exception exception) when (exception is IOException or HttpRequestException && last is not null && ++failures <= MostFailures)
                    {
                        break;
                    }

                    if (item is { } current && current.EventType != "ping")
                    {
                        last = current.EventId;
                        yield return (current.EventType, JsonNode.Parse(current.Data)!.AsObject());
                    }

                    if (ended)
                    {
                        yield break;
                    }
                }
            }
            finally
            {
                if (stream is not null)
                {
                    await stream.DisposeAsync();
                }

                answer?.Dispose();
            }

            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }
}
