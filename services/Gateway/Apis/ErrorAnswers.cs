using System.Net;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.JobFiles;
using FineTunePipeline.Storage;
using Microsoft.AspNetCore.Http;

namespace FineTunePipeline.Gateway.Apis;

/// <summary>Faults as ProblemDetails.</summary>
internal static class ErrorAnswers
{
    public static int StatusCode(Exception exception) => exception switch
    {
        BadHttpRequestException bad => bad.StatusCode,
        JobFileException => (int)HttpStatusCode.BadRequest,
        ArtifactMissingException => (int)HttpStatusCode.Gone,
        _ => (int)HttpStatusCode.InternalServerError,
    };

    public static IResult NoJob(string jobId) =>
        Results.Problem(statusCode: 404, title: "No such job", detail: $"There is no job '{jobId}'. `finetune list` shows those that there are.");

    public static IResult HasEnded(string jobId, JobState state) => Results.Problem(
        statusCode: 409,
        title: "The job has ended",
        detail: $"The job {jobId} has {(state == JobState.Succeeded ? "succeeded" : "failed")} already: nothing of it runs that could be cancelled.");

    public static IResult BadJob(JobFileException exception) => Results.Problem(
        statusCode: 400,
        title: "The job cannot be read",
        detail: exception.Message,
        extensions: new Dictionary<string, object?> { ["problems"] = exception.Problems });
}
