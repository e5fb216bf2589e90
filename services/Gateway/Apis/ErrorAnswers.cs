using System.Net;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Gateway.Jobs;
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

    /// <summary>The sentence for the client, of faults that are written for it.</summary>
    public static string? Detail(Exception? exception) =>
        exception is BadHttpRequestException or JobFileException or ArtifactMissingException ? exception.Message : null;

    public static IResult NoJob(string jobId) =>
        Results.Problem(statusCode: 404, title: "No such job", detail: $"There is no job '{jobId}'. `finetune list` shows those that there are.");

    public static IResult BadKey() => Results.Problem(
        statusCode: 400, title: "Bad Idempotency-Key", detail: $"An Idempotency-Key has 1 to {IdempotencyKey.MaxLength} characters; a fresh UUID is a good one.");

    public static IResult KeyOfAnotherBody() => Results.Problem(
        statusCode: 422,
        title: "The Idempotency-Key was used for another job",
        detail: "Within 24 hours the same Idempotency-Key must come with the same body. Take a fresh key for another job.");

    public static IResult NoDigest(string sha256) =>
        Results.Problem(statusCode: 400, title: "Not a digest", detail: $"'{sha256}' is not a SHA-256 in 64 lower-case hexadecimal digits.");

    public static IResult NotParked(long id) =>
        Results.Problem(statusCode: 404, title: "No such message", detail: $"No message {id} is parked. `finetune ops parked` shows those that are.");

    public static IResult NotWhole(long id) => Results.Problem(
        statusCode: 409,
        title: "The message is not whole",
        detail: $"Message {id} is too long, or no text: what is kept of it cannot be sent again. Drop it: `finetune ops parked drop {id}`.");

    public static IResult NoHost(string name) =>
        Results.Problem(statusCode: 404, title: "No such host", detail: $"There is no host '{name}', and no job of that name has one. `finetune hosts` shows those that there are.");

    public static IResult HostExists(string name) => Results.Problem(
        statusCode: 409, title: "The host is there already", detail: $"There is a host '{name}'. Change it with `finetune hosts update {name}`, or give this one another name.");

    public static IResult NoSecretKey() => Results.Problem(
        statusCode: 503, title: "The password cannot be sealed", detail: "The service provisioning does not answer, and only it may read passwords: start it, and try again.");

    public static IResult BadHost(string why) => Results.Problem(statusCode: 400, title: "The host cannot be read", detail: why);

    public static IResult HasEnded(string jobId, JobState state) => Results.Problem(
        statusCode: 409,
        title: "The job has ended",
        detail: $"The job {jobId} has {(state == JobState.Succeeded ? "succeeded" : "failed")} already: nothing of it runs that could be cancelled.");

    public static IResult CannotPause(string jobId, JobState state) => Results.Problem(
        statusCode: 409, title: "The job cannot be paused", detail: $"The job {jobId} {Ended(state)}: there is nothing to pause.");

    public static IResult CannotResume(string jobId, JobState state) => Results.Problem(
        statusCode: 409,
        title: "The job cannot go on",
        detail: $"The job {jobId} {Ended(state)}, and only a paused job goes on.{(state == JobState.Succeeded ? "" : " Submit it again: `finetune submit`.")}");

    public static IResult BadBudget() =>
        Results.Problem(statusCode: 400, title: "Bad budget", detail: "budget_total must not be negative; 0 means as much as the job's hosts cost until its deadline.");

    private static string Ended(JobState state) => state switch
    {
        JobState.Cancelling => "is being cancelled",
        JobState.Cancelled => "was cancelled",
        JobState.Failed => "has failed",
        _ => "has succeeded",
    };

    public static IResult BadJob(JobFileException exception) => Results.Problem(
        statusCode: 400,
        title: "The job cannot be read",
        detail: exception.Message,
        extensions: new Dictionary<string, object?> { ["problems"] = exception.Problems });
}
