using System.Security.Cryptography;
using System.Text;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Gateway.Jobs;
using FineTunePipeline.Gateway.Views;
using FineTunePipeline.JobFiles;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Gateway.Apis;

/// <summary>Submit, list, show, pause, resume, cancel.</summary>
internal static class JobsApi
{
    public static void MapJobs(this IEndpointRouteBuilder app)
    {
        var jobs = app.MapGroup("/api/jobs").WithTags("Jobs");
        jobs.MapPost("/", SubmitAsync).WithSummary("Submit a job (JSON, or YAML as a job file has it); with the same Idempotency-Key and body, the same job for 24 hours")
            .Accepts<JobSpec>("application/json", "application/yaml");
        app.MapPost("/api/plans", PlanAsync).WithTags("Jobs")
            .WithSummary("Check a job as a submit does, and tell what it would do: a job that ends after the check, with plan.json and train.yaml as its files, and that no list has")
            .Accepts<JobSpec>("application/json", "application/yaml");
        jobs.MapGet("/", ListAsync).WithSummary("List jobs, newest first");
        jobs.MapGet("/{id}", ShowAsync).WithSummary("Show a job");
        jobs.MapPost("/{id}/pause", PauseAsync).WithSummary("Let a job rest: its host is given back; again it changes nothing, and a job that has ended or is being cancelled is refused (409)");
        jobs.MapPost("/{id}/resume", ResumeAsync).WithSummary("Let a paused job go on, with another total budget if one is given; a running one just runs, and a job that has ended is refused (409)");
        jobs.MapPost("/{id}/cancel", CancelAsync).WithSummary("Cancel a job; again it changes nothing, and a job that has succeeded or failed is refused (409)");
    }

    private static Task<IResult> SubmitAsync([AsParameters] JobRequest request, CancellationToken cancellationToken) => TakeInAsync(request, planOnly: false, cancellationToken);

    private static Task<IResult> PlanAsync([AsParameters] JobRequest request, CancellationToken cancellationToken) => TakeInAsync(request, planOnly: true, cancellationToken);

    private static async Task<IResult> TakeInAsync(JobRequest request, bool planOnly, CancellationToken cancellationToken)
    {
        var (context, idempotencyKey, submitter, options) = (request.Context, request.IdempotencyKey, request.Submitter, request.Options.Value);
        if (idempotencyKey is { Length: 0 or > IdempotencyKey.MaxLength })
        {
            return ErrorAnswers.BadKey();
        }

        context.LimitBody(options.MaxJobBytes);
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancellationToken);
        var bytes = body.ToArray();
        JobSpec spec;
        try
        {
            spec = JobFile.Read(Encoding.UTF8.GetString(bytes));
            RefusePaths(spec, options.AllowLocalPaths);
        }
        catch (JobFileException exception)
        {
            return ErrorAnswers.BadJob(exception);
        }

        // The same file, once planned and once submitted, is two requests.
        var digest = Convert.ToHexStringLower(SHA256.HashData(bytes)) + (planOnly ? " plan" : "");
        var key = idempotencyKey is null ? null : new IdempotencyKey(idempotencyKey, digest);
        return await submitter.SubmitAsync(spec, planOnly, key, cancellationToken) is { } id
            ? Results.Json(new SubmittedJob(id, JobState.Queued), ContractJson.Options, statusCode: 202)
            : ErrorAnswers.KeyOfAnotherBody();
    }

    private static async Task<IResult> ListAsync(JobViews views, string? before, int? limit, CancellationToken cancellationToken)
    {
        if (before is not null && !JobId.TryParse(before, out _))
        {
            return Results.Problem(statusCode: 400, title: "Bad cursor", detail: "'before' must be a job id, as 'next' of the page before gave it.");
        }

        var size = Math.Clamp(limit ?? 20, 1, 200);
        var rows = await views.ListAsync(before, size + 1, cancellationToken);
        var page = rows.Take(size).Select(row => JobView.From(row, withSpec: false)).ToList();
        return Results.Json(new JobPage(page, rows.Count > size ? page[^1].Id : null), ContractJson.Options);
    }

    private static async Task<IResult> ShowAsync(string id, JobViews views, ParkedViews parked, CancellationToken cancellationToken) =>
        await views.FindAsync(id, cancellationToken) is { } row
            ? Results.Json(
                JobView.From(row, withSpec: true) with { Parked = await parked.CountAsync(id, cancellationToken) is > 0 and var count ? count : null }, ContractJson.Options)
            : ErrorAnswers.NoJob(id);

    private static async Task<IResult> CancelAsync(string id, JobViews views, JobSubmitter submitter, CancellationToken cancellationToken)
    {
        if (await views.FindAsync(id, cancellationToken) is not { } row)
        {
            return ErrorAnswers.NoJob(id);
        }

        if (row.State is JobState.Succeeded or JobState.Failed)
        {
            return ErrorAnswers.HasEnded(id, row.State);
        }

        await submitter.CancelAsync(id, "cancelled by its owner", cancellationToken);
        return Results.Json(JobView.From(row, withSpec: false), ContractJson.Options, statusCode: 202);
    }

    private static async Task<IResult> PauseAsync(string id, JobViews views, JobSubmitter submitter, CancellationToken cancellationToken)
    {
        if (await views.FindAsync(id, cancellationToken) is not { } row)
        {
            return ErrorAnswers.NoJob(id);
        }

        if (IsOver(row.State))
        {
            return ErrorAnswers.CannotPause(id, row.State);
        }

        await submitter.PauseAsync(id, "as you asked", cancellationToken);
        return Results.Json(JobView.From(row, withSpec: false), ContractJson.Options, statusCode: 202);
    }

    private static async Task<IResult> ResumeAsync(
        string id, ResumeRequest? request, JobViews views, JobSubmitter submitter, CancellationToken cancellationToken)
    {
        if (await views.FindAsync(id, cancellationToken) is not { } row)
        {
            return ErrorAnswers.NoJob(id);
        }

        if (request?.BudgetTotal < 0)
        {
            return ErrorAnswers.BadBudget();
        }

        if (IsOver(row.State))
        {
            return ErrorAnswers.CannotResume(id, row.State);
        }

        await submitter.ResumeAsync(id, request?.BudgetTotal, cancellationToken);
        return Results.Json(JobView.From(row, withSpec: false), ContractJson.Options, statusCode: 202);
    }

    /// <summary>It has ended, or does so without a way back.</summary>
    private static bool IsOver(JobState state) => state is JobState.Succeeded or JobState.Failed or JobState.Cancelled or JobState.Cancelling;

    /// <summary>Over HTTP there is no folder that a relative path could start from; and local paths may be switched off.</summary>
    private static void RefusePaths(JobSpec spec, bool allowLocalPaths)
    {
        var problems = new List<JobFileProblem>();
        void Check(string path, string key, string instead)
        {
            if (!allowLocalPaths)
            {
                problems.Add(new JobFileProblem(0, 0, key, $"'{path}' is a path, and this gateway takes none. {instead}"));
            }
            else if (!Path.IsPathFullyQualified(path))
            {
                problems.Add(new JobFileProblem(0, 0, key, $"'{path}' is not an absolute path. `finetune submit` makes the paths of a job file absolute, seen from its folder."));
            }
        }

        JobPaths.Map(spec, path =>
        {
            Check(path, "", $"Name an upload ({ArtifactReference.UriPrefix}<sha256>); `finetune submit` uploads for you.");
            return path;
        });
        if (HostModel.IsNamedBy(spec.Model) && spec.Provider.Name == "local")
        {
            // Where the host is this computer it is a path like any other.
            Check(HostModel.FolderOf(spec.Model) ?? spec.Model, "model", $"Name an upload ({ArtifactReference.UriPrefix}<sha256>); `finetune submit` uploads for you.");
        }

        if (spec.Deploy.Folder is { } folder)
        {
            Check(folder, "deploy.folder", "Leave deploy.folder out and fetch the files with `finetune get`.");
        }

        if (problems.Count > 0)
        {
            throw new JobFileException(problems);
        }
    }

    /// <summary>A request with a job as its body, which is read as it comes.</summary>
    private sealed record JobRequest(
        HttpContext Context, [FromHeader(Name = "Idempotency-Key")] string? IdempotencyKey, JobSubmitter Submitter, IOptions<GatewayOptions> Options);
}
