using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Gateway.Views;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace FineTunePipeline.Gateway.Apis;

/// <summary>A job's events as server-sent events. Each has a number; a client that comes back with <c>Last-Event-ID</c> misses none.</summary>
internal static class EventsApi
{
    private const int Batch = 200;
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    public static void MapEvents(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/jobs/{id}/history", HistoryAsync).WithTags("Jobs").WithSummary("The events of a job after a number, oldest first, at most 1000");
        app.MapGet("/api/jobs/{id}/events", StreamAsync).WithTags("Jobs")
            .WithSummary("Follow a job (SSE: changed, progress, checkpoint, parked, ping); ends with the job; resume by Last-Event-ID");
    }

    private static async Task<IResult> HistoryAsync(string id, long? after, JobViews views, CancellationToken cancellationToken)
    {
        if (await views.FindAsync(id, cancellationToken) is null)
        {
            return ErrorAnswers.NoJob(id);
        }

        var events = await views.EventsAsync(id, after ?? 0, 1000, cancellationToken);
        return Results.Json(events.Select(stored => new { stored.Sequence, stored.Type, Data = JsonNode.Parse(stored.Data) }), ContractJson.Options);
    }

    private static async Task<IResult> StreamAsync(
        string id, HttpRequest request, JobViews views, JobSignals signals, TimeProvider time, IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        if (await views.FindAsync(id, cancellationToken) is null)
        {
            return ErrorAnswers.NoJob(id);
        }

        var last = request.Headers["Last-Event-ID"].ToString();
        if (!long.TryParse(last.Length == 0 ? "0" : last, NumberStyles.None, CultureInfo.InvariantCulture, out var after))
        {
            return Results.Problem(statusCode: 400, title: "Bad cursor", detail: "Last-Event-ID must be the number of an event of this stream.");
        }

        return TypedResults.ServerSentEvents(FollowAsync(id, after, views, signals, time, lifetime.ApplicationStopping, cancellationToken));
    }

    private static async IAsyncEnumerable<SseItem<string>> FollowAsync(
        string id, long after, JobViews views, JobSignals signals, TimeProvider time, CancellationToken stopping, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var next = signals.NextAsync(id);
            var events = await views.EventsAsync(id, after, Batch, cancellationToken);
            foreach (var stored in events)
            {
                after = stored.Sequence;
                yield return new SseItem<string>(stored.Data, stored.Type) { EventId = stored.Sequence.ToString(CultureInfo.InvariantCulture) };
            }

            if (events.Count == Batch)
            {
                continue;
            }

            var row = await views.FindAsync(id, cancellationToken);
            if (row is null || (row.State is JobState.Succeeded or JobState.Failed or JobState.Cancelled && row.LastSequence <= after))
            {
                yield break;
            }

            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
            var woken = await Task.WhenAny(next, Task.Delay(KeepAlive, time, ended.Token)) == next;
            cancellationToken.ThrowIfCancellationRequested();
            if (stopping.IsCancellationRequested)
            {
                // An open stream would hold back the end of the process; the client comes back with the number of its last event.
                yield break;
            }

            if (!woken)
            {
                yield return new SseItem<string>("{}", "ping");
            }
        }
    }
}
