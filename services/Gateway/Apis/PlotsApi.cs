using FineTunePipeline.Gateway.Plots;
using FineTunePipeline.Gateway.Views;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FineTunePipeline.Gateway.Apis;

/// <summary>Pictures of a job.</summary>
internal static class PlotsApi
{
    public static void MapPlots(this IEndpointRouteBuilder app) => app.MapGet("/api/jobs/{id}/loss.svg", LossAsync).WithTags("Jobs")
        .WithSummary("The loss of a job's training so far, smoothed as LLaMA-Factory's own picture, with its attempts marked").Produces(200, contentType: "image/svg+xml");

    private static async Task<IResult> LossAsync(string id, JobViews views, CancellationToken cancellationToken)
    {
        if (await views.FindAsync(id, cancellationToken) is not { } row)
        {
            return ErrorAnswers.NoJob(id);
        }

        var curve = LossCurve.Of(await views.ProgressAsync(id, cancellationToken));
        return Results.Text(LossPlot.Svg($"{row.Name}: loss", curve), "image/svg+xml");
    }
}
