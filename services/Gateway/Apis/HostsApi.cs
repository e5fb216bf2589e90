using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Gateway.Views;
using FineTunePipeline.ServiceDefaults.Secrets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FineTunePipeline.Gateway.Apis;

/// <summary>The hosts that people have: add, list, update, remove.</summary>
internal static class HostsApi
{
    public static void MapHosts(this IEndpointRouteBuilder app)
    {
        var hosts = app.MapGroup("/api/hosts").WithTags("Hosts");
        hosts.MapGet("/", ListAsync).WithSummary("List your hosts");
        hosts.MapPost("/", AddAsync).WithSummary("Add a host: jobs with provider ssh may use it");
        hosts.MapPatch("/{name}", UpdateAsync).WithSummary("Change a host, named by its name or by the job that has it or had it last; a new address means a new computer");
        hosts.MapPost("/{name}/test", TestAsync).WithSummary("Test a host that no job has, as it is tested before a job; its view then has the report");
        hosts.MapDelete("/{name}", RemoveAsync).WithSummary("Remove a host; one in use goes when its job gives it back");
    }

    private static async Task<IResult> ListAsync(HostViews views, CancellationToken cancellationToken) =>
        Results.Json(new { hosts = (await views.ListAsync(cancellationToken)).Select(HostView.From) }, ContractJson.Options);

    private static async Task<IResult> AddAsync(HostRequest request, HostViews views, CancellationToken cancellationToken)
    {
        if (!TryRead(request, name: null, out var set, out var wrong))
        {
            return wrong!;
        }

        if (await views.FindAsync(set!.HostName, cancellationToken) is not null)
        {
            return ErrorAnswers.HostExists(set.HostName);
        }

        var answer = await SendAsync(views, set, request, cancellationToken);

        // Whoever has added a host may name it in the next call.
        await views.ShownAsync(set.HostName, cancellationToken);
        return answer;
    }

    private static async Task<IResult> UpdateAsync(string name, HostRequest request, HostViews views, CancellationToken cancellationToken)
    {
        if (await views.FindAsync(name, cancellationToken) is not { } host)
        {
            return ErrorAnswers.NoHost(name);
        }

        return TryRead(request, host.HostName, out var set, out var wrong) ? await SendAsync(views, set!, request, cancellationToken) : wrong!;
    }

    /// <summary>Who asks while a test runs gets that one's answer.</summary>
    private static async Task<IResult> TestAsync(string name, HostViews views, CancellationToken cancellationToken)
    {
        if (await views.FindAsync(name, cancellationToken) is not { } host)
        {
            return ErrorAnswers.NoHost(name);
        }

        var running = host.Test is { Passed: null } test ? test.TestId : null;
        var asked = new TestHost { HostName = host.HostName, TestId = running ?? Guid.NewGuid().ToString("N") };
        if (running is null)
        {
            await views.SendAsync(asked, cancellationToken);
        }

        return Results.Json(new { name = asked.HostName, test_id = asked.TestId }, ContractJson.Options, statusCode: 202);
    }

    private static async Task<IResult> RemoveAsync(string name, HostViews views, CancellationToken cancellationToken)
    {
        if (await views.FindAsync(name, cancellationToken) is not { } host)
        {
            return ErrorAnswers.NoHost(name);
        }

        await views.SendAsync(new RemoveHost { HostName = host.HostName }, cancellationToken);
        return Results.Json(new { name = host.HostName, in_use = host.State == HostState.InUse }, ContractJson.Options, statusCode: 202);
    }

    private static bool TryRead(HostRequest request, string? name, out SetHost? set, out IResult? wrong)
    {
        try
        {
            (set, wrong) = (HostRules.Read(request, name), null);
            return true;
        }
        catch (FormatException exception)
        {
            (set, wrong) = (null, ErrorAnswers.BadHost(exception.Message));
            return false;
        }
    }

    /// <summary>What is secret travels sealed.</summary>
    private static async Task<IResult> SendAsync(HostViews views, SetHost set, HostRequest request, CancellationToken cancellationToken)
    {
        var statusCommand = string.IsNullOrWhiteSpace(request.StatusCommand) ? null : request.StatusCommand;
        if (request.Password is not null || statusCommand is not null)
        {
            if (await views.SecretKeyAsync(cancellationToken) is not { } key)
            {
                return ErrorAnswers.NoSecretKey();
            }

            set = set with
            {
                Password = request.Password is { } password ? SecretSeal.Seal(key, password) : null,
                StatusCommand = statusCommand is null ? null : SecretSeal.Seal(key, statusCommand),
            };
        }

        await views.SendAsync(set, cancellationToken);
        return Results.Json(new { name = set.HostName }, ContractJson.Options, statusCode: 202);
    }
}
