using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using FineTunePipeline.Contracts.Jobs;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Gateway;

/// <summary>A client's fault is answered as a client's fault, with ProblemDetails that say what to change.</summary>
public sealed class BadRequestTests(GuardedGatewayHost gateway) : IClassFixture<GuardedGatewayHost>
{
    private const string Digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static readonly JobSpec Uploaded = new() { Model = "artifact:" + Digest, Dataset = "artifact:" + Digest };

    [Theory]
    [InlineData("/api/jobs", "{\"model\": \"a\", ")]
    [InlineData("/api/jobs", "")]
    [InlineData("/api/jobs", "{\"model\": \"a\", \"dataset\": \"b\", \"colour\": \"red\"}")]
    [InlineData("/api/chat", "{\"model\": ")]
    [InlineData("/api/chat", "[]")]
    [InlineData("/api/chat", "{\"model\": \"a\", \"model\": \"b\"}")]
    [InlineData("/api/artifacts/manifests", "{\"kind\": ")]
    [InlineData("/api/artifacts/manifests", "null")]
    [InlineData("/api/artifacts/manifests", "{\"kind\": \"model\", \"files\": null}")]
    [InlineData("/api/artifacts/manifests", "{\"kind\": \"model\", \"files\": [null]}")]
    [InlineData("/api/artifacts/manifests", "{\"kind\": \"model\", \"files\": [{\"bytes\": 0, \"sha256\": \"" + Digest + "\"}]}")]
    public async Task A_body_that_cannot_be_read_is_refused(string address, string body)
    {
        var (status, detail) = await GatewayHost.FaultAsync(await gateway.Http.PostAsync(address, GatewayHost.Json(body)));

        Assert.Equal(400, status);
        Assert.NotEmpty(detail);
    }

    [Theory]
    [InlineData("/api/jobs")]
    [InlineData("/api/chat")]
    [InlineData("/api/artifacts/manifests")]
    public async Task A_body_of_another_type_is_refused(string address) =>
        Assert.Equal(415, (await GatewayHost.FaultAsync(await gateway.Http.PostAsync(address, new StringContent("<job/>", Encoding.UTF8, "application/xml")))).Status);

    [Theory]
    [InlineData("/api/jobs", GuardedGatewayHost.MaxJobBytes, "application/json", true)]
    [InlineData("/api/jobs", GuardedGatewayHost.MaxJobBytes, "application/json", false)]
    [InlineData("/api/artifacts", GuardedGatewayHost.MaxUploadBytes, "application/octet-stream", true)]
    [InlineData("/api/artifacts", GuardedGatewayHost.MaxUploadBytes, "application/octet-stream", false)]
    public async Task A_body_that_is_too_large_is_refused_with_and_without_its_length(string address, int most, string type, bool saysLength)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(new byte[most + 1]) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        request.Headers.TransferEncodingChunked = !saysLength;

        var (status, detail) = await GatewayHost.FaultAsync(await gateway.Http.SendAsync(request));

        Assert.Equal(413, status);
        Assert.Contains($"{most}", detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../escaped.json")]
    [InlineData("a/../../escaped.json")]
    [InlineData("/etc/escaped.json")]
    [InlineData("C:/escaped.json")]
    [InlineData(@"a\escaped.json")]
    [InlineData("a//escaped.json")]
    [InlineData("./escaped.json")]
    [InlineData("")]
    [InlineData("twice.json", "twice.json")]
    [InlineData("file", "file/below.json")]
    public async Task A_manifest_is_refused_if_a_path_in_it_is_unsafe(params string[] paths)
    {
        var empty = await gateway.UploadAsync([]);
        var files = string.Join(',', paths.Select(path => $$"""{"path": "{{path.Replace(@"\", @"\\", StringComparison.Ordinal)}}", "bytes": 0, "sha256": "{{empty.Sha256}}"}"""));

        var (status, detail) = await GatewayHost.FaultAsync(
            await gateway.Http.PostAsync("/api/artifacts/manifests", GatewayHost.Json($$"""{"kind": "model", "files": [{{files}}]}""")));

        Assert.Equal(400, status);
        Assert.Contains($"'{paths[0]}'", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_names_only_what_was_uploaded()
    {
        var absent = new string('0', 64);
        var answer = await gateway.Http.PostAsync(
            "/api/artifacts/manifests", GatewayHost.Json($$"""{"kind": "model", "files": [{"path": "a.json", "bytes": 1, "sha256": "{{absent}}"}]}"""));

        var (status, detail) = await GatewayHost.FaultAsync(answer);

        Assert.Equal(422, status);
        Assert.Contains("a.json", detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [InlineData("..%2F..%2Fetc%2Fpasswd")]
    public async Task What_is_no_digest_is_a_bad_request(string sha256)
    {
        using var head = await gateway.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/api/artifacts/{sha256}"));
        Assert.Equal(400, (int)head.StatusCode);
        var (status, _) = await GatewayHost.FaultAsync(await gateway.Http.PostAsync(
            "/api/artifacts/manifests", GatewayHost.Json($$"""{"kind": "model", "files": [{"path": "a.json", "bytes": 1, "sha256": "{{sha256}}"}]}""")));
        Assert.Equal(400, status);
    }

    [Theory]
    [InlineData("abc", 400)]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", 422)]
    public async Task An_upload_that_does_not_hash_to_what_it_says_is_refused(string sha256, int expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/artifacts") { Content = new ByteArrayContent([1, 2, 3]) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        request.Headers.Add("X-Content-Sha256", sha256);

        Assert.Equal(expected, (await GatewayHost.FaultAsync(await gateway.Http.SendAsync(request))).Status);
    }

    [Fact]
    public async Task Without_local_paths_no_part_of_a_job_may_name_one()
    {
        JobSpec[] jobs =
        [
            Uploaded with { Model = "/srv/model" },
            Uploaded with { Dataset = $"artifact:{Digest},/etc/passwd" },
            Uploaded with { Evaluation = new EvaluationSpec { General = "/etc/passwd" } },
            Uploaded with { Deploy = new DeploySpec { Target = "folder", Folder = "/home/somebody/.ssh" } },
            Uploaded with { Deploy = new DeploySpec { Target = "folder", Folder = "here" } },
        ];
        foreach (var job in jobs)
        {
            var (status, detail) = await GatewayHost.FaultAsync(await gateway.Http.PostAsync("/api/jobs", GatewayHost.Job(job)));
            Assert.Equal(400, status);
            Assert.Contains("takes none", detail, StringComparison.Ordinal);
        }

        using var good = await gateway.Http.PostAsync("/api/jobs", GatewayHost.Job(Uploaded));
        Assert.Equal(202, (int)good.StatusCode);
    }

    [Theory]
    [InlineData("GET", "/api/jobs/ftjob-none")]
    [InlineData("GET", "/api/jobs/ftjob-none/history")]
    [InlineData("GET", "/api/jobs/ftjob-none/events")]
    [InlineData("GET", "/api/jobs/ftjob-none/files")]
    [InlineData("GET", "/api/jobs/ftjob-none/files/a.gguf")]
    [InlineData("POST", "/api/jobs/ftjob-none/cancel")]
    [InlineData("POST", "/api/jobs/ftjob-none/pause")]
    [InlineData("POST", "/api/jobs/ftjob-none/resume")]
    [InlineData("GET", "/api/nothing")]
    public async Task What_is_not_there_is_not_found(string method, string address) =>
        Assert.Equal(404, (await GatewayHost.FaultAsync(await gateway.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), address)))).Status);

    [Theory]
    [InlineData("-1")]
    [InlineData("one")]
    [InlineData("99999999999999999999")]
    public async Task A_cursor_that_is_no_number_of_an_event_is_refused(string cursor)
    {
        using var upload = await gateway.Http.PostAsync("/api/jobs", GatewayHost.Job(Uploaded));
        var jobId = JsonElement.Parse(await upload.Content.ReadAsStringAsync()).GetProperty("id").GetString();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/jobs/{jobId}/events");
        request.Headers.TryAddWithoutValidation("Last-Event-ID", cursor);

        Assert.Equal(400, (await GatewayHost.FaultAsync(await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))).Status);
    }
}
