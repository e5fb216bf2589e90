using FineTunePipeline.Contracts;
using FineTunePipeline.Gateway.Views;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FineTunePipeline.Gateway.Apis;

/// <summary>What an operator asks: messages that nobody could take.</summary>
internal static class OpsApi
{
    public static void MapOps(this IEndpointRouteBuilder app)
    {
        var parked = app.MapGroup("/api/ops/parked").WithTags("Operations");
        parked.MapGet("/", ListAsync).WithSummary("Messages that nobody could take, newest first; of one job with ?job=");
        parked.MapDelete("/", DropAllAsync).WithSummary("Drop all of them");
        parked.MapDelete("/{id:long}", DropAsync).WithSummary("Drop one");
        parked.MapPost("/{id:long}/resend", SendAgainAsync).WithSummary("Send one to its queue again");
    }

    private static async Task<IResult> ListAsync(ParkedViews views, string? job, int? limit, CancellationToken cancellationToken)
    {
        var rows = await views.ListAsync(job, Math.Clamp(limit ?? 100, 1, 1000), cancellationToken);
        return Results.Json(new { parked = rows.Select(ParkedView.From) }, ContractJson.Options);
    }

    private static async Task<IResult> DropAllAsync(ParkedViews views, CancellationToken cancellationToken) =>
        Results.Json(new { dropped = await views.DropAsync(id: null, cancellationToken) }, ContractJson.Options);

    private static async Task<IResult> DropAsync(long id, ParkedViews views, CancellationToken cancellationToken) =>
        await views.DropAsync(id, cancellationToken) == 1 ? Results.Json(new { dropped = 1 }, ContractJson.Options) : ErrorAnswers.NotParked(id);

    private static async Task<IResult> SendAgainAsync(long id, ParkedViews views, CancellationToken cancellationToken) =>
        await views.SendAgainAsync(id, cancellationToken) switch
        {
            true => Results.Json(new { resent = 1 }, ContractJson.Options, statusCode: 202),
            false => ErrorAnswers.NotWhole(id),
            null => ErrorAnswers.NotParked(id),
        };
}
