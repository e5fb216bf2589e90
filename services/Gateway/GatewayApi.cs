using FineTunePipeline.Gateway.Apis;
using FineTunePipeline.Gateway.Chat;
using FineTunePipeline.JobFiles;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Scalar.AspNetCore;

namespace FineTunePipeline.Gateway;

/// <summary>The table of contents of the HTTP interface.</summary>
public static class GatewayApi
{
    public static void MapGateway(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            StatusCodeSelector = ErrorAnswers.StatusCode,

            // A client's mistake is no error of ours to log.
            SuppressDiagnosticsCallback = fault => fault.Exception is BadHttpRequestException,
        });
        app.UseStatusCodePages();

        app.MapJobs();
        app.MapEvents();
        app.MapPlots();
        app.MapFiles();
        app.MapUploads();
        app.MapChat();
        app.MapHosts();
        app.MapOps();

        app.MapGet("/schemas/job.json", () => Results.Text(JobSchema.Json, "application/schema+json")).WithSummary("The JSON Schema of a job");
        app.MapOpenApi("/openapi.json");
        app.MapScalarApiReference("/docs", options => options.WithOpenApiRoutePattern("/openapi.json"));
        app.MapGet("/", () => Results.Redirect("/docs")).ExcludeFromDescription();
    }
}
