using System.Net.Http.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Gateway.Apis;

namespace FineTunePipeline.Standalone.Demo.Rented;

/// <summary>The gateway's HTTP interface for hosts, as <c>finetune hosts</c> uses it.</summary>
internal sealed class HostsClient(IHttpClientFactory clients, string address)
{
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(30);

    public async Task<IReadOnlyList<HostView>> ListAsync(CancellationToken cancellationToken)
    {
        using var client = Client();
        return (await client.GetFromJsonAsync<HostList>("/api/hosts", ContractJson.Options, cancellationToken))!.Hosts;
    }

    /// <summary>Adds a host; one of that name that an earlier demo left becomes this one, and what a job still had there is given up.</summary>
    public async Task SetAsync(HostRequest host, CancellationToken cancellationToken)
    {
        using var client = Client();
        var isKnown = (await ListAsync(cancellationToken)).Any(known => known.Name == host.Name);
        using var answer = isKnown
            ? await client.PatchAsJsonAsync($"/api/hosts/{host.Name}", host, ContractJson.Options, cancellationToken)
            : await client.PostAsJsonAsync("/api/hosts", host, ContractJson.Options, cancellationToken);
        await DemoClient.EnsureAsync(answer, cancellationToken);
    }

    public async Task RemoveAsync(string name, CancellationToken cancellationToken)
    {
        using var client = Client();
        using var answer = await client.DeleteAsync($"/api/hosts/{name}", cancellationToken);
        await DemoClient.EnsureAsync(answer, cancellationToken);
    }

    /// <summary>Jobs that have not ended: those of a demo that was killed.</summary>
    public async Task<IReadOnlyList<string>> OpenJobsAsync(CancellationToken cancellationToken)
    {
        using var client = Client();
        var page = await client.GetFromJsonAsync<JobPage>("/api/jobs?limit=200", ContractJson.Options, cancellationToken);
        return [.. page!.Jobs.Where(job => job.State is not (JobState.Succeeded or JobState.Failed or JobState.Cancelled)).Select(job => job.Id)];
    }

    private HttpClient Client() => DemoClient.Make(clients, address, CallLimit);

    private sealed record HostList(IReadOnlyList<HostView> Hosts);
}
