using FineTunePipeline.Contracts;
using FineTunePipeline.Gateway.Files;
using FineTunePipeline.Gateway.Views;
using FineTunePipeline.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace FineTunePipeline.Gateway.Apis;

/// <summary>The files of a result, with ranges, so that a cut download goes on where it stopped. The ETag is the SHA-256.</summary>
internal static class FilesApi
{
    public static void MapFiles(this IEndpointRouteBuilder app)
    {
        var files = app.MapGroup("/api/jobs/{id}/files").WithTags("Files");
        files.MapGet("/", ListAsync).WithSummary("List the files of a result with sizes and digests");
        files.MapGet("/{**path}", DownloadAsync).WithSummary("Download one file of a result (ranges allowed)");
    }

    private static async Task<IResult> ListAsync(string id, JobViews views, ResultFiles files, CancellationToken cancellationToken) =>
        await views.FindAsync(id, cancellationToken) is { } row
            ? Results.Json(await files.ListAsync(row, cancellationToken), ContractJson.Options)
            : ErrorAnswers.NoJob(id);

    private static async Task<IResult> DownloadAsync(
        string id, string path, JobViews views, ResultFiles files, IArtifactStore store, CancellationToken cancellationToken)
    {
        if (await views.FindAsync(id, cancellationToken) is not { } row)
        {
            return ErrorAnswers.NoJob(id);
        }

        var file = (await files.ListAsync(row, cancellationToken)).FirstOrDefault(candidate => candidate.Path == path);
        if (file is null)
        {
            return Results.Problem(statusCode: 404, title: "No such file", detail: $"The job has no file '{path}'. GET /api/jobs/{id}/files lists them.");
        }

        var stream = await store.OpenAsync(file.Artifact.Sha256, cancellationToken);
        return Results.File(
            stream,
            "application/octet-stream",
            Path.GetFileName(path),
            entityTag: new EntityTagHeaderValue($"\"{file.Artifact.Sha256}\""),
            enableRangeProcessing: true);
    }
}
