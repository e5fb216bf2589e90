using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Gateway.Apis;

/// <summary>
/// Uploads: each file by its bytes, streamed into the store; then, for a folder, a manifest of what was uploaded. A job names either as
/// <c>artifact:&lt;sha256&gt;</c>.
/// </summary>
internal static class UploadsApi
{
    public static void MapUploads(this IEndpointRouteBuilder app)
    {
        var uploads = app.MapGroup("/api/artifacts").WithTags("Uploads");
        uploads.MapPost("/", UploadAsync).WithSummary("Upload bytes; answers with their digest").Accepts<Stream>("application/octet-stream");
        uploads.MapMethods("/{sha256}", ["HEAD"], FindAsync).WithSummary("Is this digest in the store?");
        uploads.MapPost("/manifests", ManifestAsync).WithSummary("Make a folder (model or data set) from uploaded files").Accepts<Manifest>("application/json");
    }

    private static async Task<IResult> UploadAsync(
        HttpContext context, IArtifactStore store, IOptions<GatewayOptions> options, CancellationToken cancellationToken)
    {
        var expected = context.Request.Headers["X-Content-Sha256"].ToString().ToLowerInvariant();
        if (expected.Length > 0 && !Digests.IsSha256(expected))
        {
            return ErrorAnswers.NoDigest(expected);
        }

        context.LimitBody(options.Value.MaxUploadBytes);
        var reference = await store.PutAsync(context.Request.Body, cancellationToken);
        if (expected.Length > 0 && expected != reference.Sha256)
        {
            return Results.Problem(
                statusCode: 422, title: "The upload arrived damaged", detail: $"The bytes hash to {reference.Sha256}, not to {expected}. Send them again.");
        }

        return Results.Json(reference, ContractJson.Options, statusCode: 201);
    }

    private static async Task<IResult> FindAsync(string sha256, IArtifactStore store, CancellationToken cancellationToken) =>
        !Digests.IsSha256(sha256) ? ErrorAnswers.NoDigest(sha256)
        : await store.FindAsync(sha256, cancellationToken) is null ? Results.NotFound()
        : Results.Ok();

    private static async Task<IResult> ManifestAsync(HttpRequest request, IArtifactStore store, CancellationToken cancellationToken)
    {
        Manifest manifest;
        try
        {
            manifest = await JsonSerializer.DeserializeAsync<Manifest>(request.Body, ContractJson.Options, cancellationToken)
                ?? throw new JsonException("The body is null.");
            ManifestPaths.Check(manifest);
        }
        catch (Exception exception) when (exception is JsonException or ManifestInvalidException)
        {
            return Results.Problem(statusCode: 400, title: "Not a manifest", detail: exception.Message);
        }

        foreach (var file in manifest.Files)
        {
            if (await store.FindAsync(file.Sha256, cancellationToken) != file.Bytes)
            {
                return Results.Problem(
                    statusCode: 422, title: "A file is not in the store", detail: $"'{file.Path}' ({file.Sha256}, {file.Bytes} bytes) was not uploaded. Upload it first.");
            }
        }

        return Results.Json(await store.PutManifestAsync(manifest, cancellationToken), ContractJson.Options, statusCode: 201);
    }
}
