using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Gateway;
using FineTunePipeline.Gateway.Apis;
using FineTunePipeline.IntegrationTests.ModelTools;
using FineTunePipeline.IntegrationTests.Standalone;
using FineTunePipeline.Messaging.Bus;
using FineTunePipeline.Storage;
using FineTunePipeline.Storage.Folder;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Gateway;

/// <summary>The gateway alone, on a free loopback port: its jobs wait for ever, and a test tells their changes over the bus.</summary>
public class GatewayHost : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private WebApplication? _app;

    public HttpClient Http { get; } = new(new SocketsHttpHandler());

    internal MovedTime Time { get; } = new();

    protected virtual Dictionary<string, string?> Settings => [];

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(Settings);
        builder.Configuration["Database:Folder"] = _folder.File("databases");
        builder.Configuration["Storage:Folder"] = _folder.File("artifacts");
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services.AddHealthChecks();
        builder.Services.AddHttpClient();
        builder.Services.AddFolderArtifactStore(builder.Configuration);
        builder.Services.AddMessaging(builder.Configuration, [new GatewayModule()]);
        _app = builder.Build();
        new GatewayModule().MapEndpoints(_app);
        await _app.StartAsync();
        Http.BaseAddress = new Uri(_app.Urls.Single());
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Files of the store that are under way.</summary>
    internal IEnumerable<string> Incoming() => !Directory.Exists(_folder.File("artifacts")) ? [] : Directory.EnumerateFiles(_folder.File("artifacts"), DurableFile.TemporaryPrefix + "*", SearchOption.AllDirectories);

    internal static HttpContent Json(string text) => new StringContent(text, Encoding.UTF8, "application/json");

    internal static HttpContent Job(JobSpec spec) => Json(JsonSerializer.Serialize(spec, ContractJson.Options));

    /// <summary>The status, and the fault's sentence; every fault must be ProblemDetails.</summary>
    internal static async Task<(int Status, string Detail)> FaultAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.Content.Headers.ContentType?.MediaType == "application/problem+json", $"{answer.StatusCode}: {text}");
            var problem = JsonElement.Parse(text);
            Assert.Equal((int)answer.StatusCode, problem.GetProperty("status").GetInt32());
            return ((int)answer.StatusCode, problem.TryGetProperty("detail", out var detail) ? detail.GetString()! : "");
        }
    }

    internal async Task<ArtifactReference> UploadAsync(byte[] bytes)
    {
        using var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var answer = await Http.PostAsync("/api/artifacts", content);
        var reference = (await answer.Content.ReadFromJsonAsync<ArtifactReference>(ContractJson.Options))!;
        Assert.Equal(new ArtifactReference(Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length), reference);
        return reference;
    }

    internal async Task<string> SubmitAsync()
    {
        using var answer = await Http.PostAsync("/api/jobs", Job(SmallJob.Spec));
        Assert.Equal(202, (int)answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<SubmittedJob>(ContractJson.Options))!.Id;
    }

    /// <summary>A job that has succeeded with these files.</summary>
    internal async Task<string> SucceededAsync(params ResultFile[] files)
    {
        var jobId = await SubmitAsync();
        await PublishAsync(Succeeded(jobId, files));

        // The stream of events ends when the job has ended.
        Assert.Contains("succeeded", await Http.GetStringAsync($"/api/jobs/{jobId}/events"), StringComparison.Ordinal);
        return jobId;
    }

    internal Task PublishAsync(object message) => _app!.Services.GetRequiredService<IBus>().Publish(message, message.GetType());

    internal JobChanged Succeeded(string jobId, params ResultFile[] files) => new()
    {
        JobId = jobId,
        Version = 1,
        State = JobState.Succeeded,
        Message = "done",
        Result = new JobResult { Files = files },
        At = Time.GetUtcNow(),
    };
}
