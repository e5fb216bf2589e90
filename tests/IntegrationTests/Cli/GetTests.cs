using System.Security.Cryptography;
using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.IntegrationTests.ModelTools;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Cli;

/// <summary><c>finetune get</c>: what lies in the folder in the end is right, or it is not there.</summary>
public sealed class GetTests : IDisposable
{
    private static readonly byte[] Model = RandomNumberGenerator.GetBytes(300_000);
    private readonly TemporaryFolder _folder = new();
    private readonly string _file;

    public GetTests() => _file = _folder.File("gguf/model.gguf");

    [Fact]
    public async Task Fetches_an_empty_file()
    {
        await using var gateway = await ServeAsync([("empty.log", [])]);

        var got = await GetAsync(gateway);

        Assert.True(got.ExitCode == 0, got.Diagnostics);
        Assert.Equal(0, new FileInfo(_folder.File("empty.log")).Length);
    }

    [Fact]
    public async Task Goes_on_by_itself_where_the_connection_broke()
    {
        await using var gateway = await ServeAsync(
            [("gguf/model.gguf", Model)],
            (context, before) => before < 2 ? ScriptedGateway.CutAsync(context, Rest(context), 100_000) : SendAsync(context, Model));

        var got = await GetAsync(gateway);

        Assert.True(got.ExitCode == 0, got.Diagnostics);
        Assert.Equal(Model, await File.ReadAllBytesAsync(_file));
        Assert.Equal(["", "bytes=100000-", "bytes=200000-"], Downloads(gateway).Select(request => request.Range));
        Assert.All(Downloads(gateway).Skip(1), request => Assert.Equal($"\"{Digest(Model)}\"", request.IfRange));
        Assert.False(File.Exists(_file + ".part"));
    }

    [Fact]
    public async Task Gives_up_when_the_connection_always_breaks_and_goes_on_the_next_time()
    {
        var broken = true;
        await using var gateway = await ServeAsync(
            [("gguf/model.gguf", Model)],
            (context, before) => !broken ? SendAsync(context, Model) : ScriptedGateway.CutAsync(context, Rest(context), before == 0 ? 1000 : 0));

        var got = await GetAsync(gateway, "--retry-for", "1");

        Assert.Equal(3, got.ExitCode);
        Assert.Contains("Trying again", got.Diagnostics, StringComparison.Ordinal);
        Assert.False(File.Exists(_file));
        Assert.InRange(Downloads(gateway).Count, 2, 5);

        broken = false;
        Assert.Equal(0, (await GetAsync(gateway)).ExitCode);
        Assert.Equal("bytes=1000-", Downloads(gateway)[^1].Range);
        Assert.Equal(Model, await File.ReadAllBytesAsync(_file));
    }

    [Fact]
    public async Task Leaves_no_file_whose_bytes_are_wrong()
    {
        await using var gateway = await ServeAsync([("gguf/model.gguf", Model)], (context, _) => SendAsync(context, new byte[Model.Length]));

        var got = await GetAsync(gateway, "--json");

        Assert.Equal((3, ""), (got.ExitCode, got.Output));
        Assert.Contains("gguf/model.gguf arrived damaged", got.Diagnostics, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Starts_over_if_the_part_that_lies_there_is_of_something_else()
    {
        await using var gateway = await ServeAsync([("gguf/model.gguf", Model)]);
        Directory.CreateDirectory(_folder.File("gguf"));
        await File.WriteAllBytesAsync(_file + ".part", new byte[1000]);

        Assert.Equal(0, (await GetAsync(gateway)).ExitCode);

        Assert.Equal(Model, await File.ReadAllBytesAsync(_file));
    }

    [Fact]
    public async Task Fetches_the_second_time_only_what_is_missing_or_wrong()
    {
        await using var gateway = await ServeAsync([("right.log", [1]), ("wrong.log", [2]), ("missing.log", [3])]);
        Assert.Equal(0, (await GetAsync(gateway)).ExitCode);
        Assert.Equal(3, Downloads(gateway).Count);
        await File.WriteAllBytesAsync(_folder.File("wrong.log"), [9]);
        File.Delete(_folder.File("missing.log"));

        Assert.Equal(0, (await GetAsync(gateway)).ExitCode);

        Assert.Equal(["missing.log", "wrong.log"], Downloads(gateway).Skip(3).Select(request => Path.GetFileName(request.Path)).Order(StringComparer.Ordinal));
        Assert.Equal(new byte[] { 1, 2, 3 }, new[] { "right.log", "wrong.log", "missing.log" }.SelectMany(name => File.ReadAllBytes(_folder.File(name))));
    }

    [Theory]
    [InlineData("../escaped.log")]
    [InlineData("/tmp/escaped.log")]
    public async Task Writes_nothing_outside_the_folder(string path)
    {
        await using var gateway = await ServeAsync([(path, [1])]);

        Assert.Equal(3, (await GetAsync(gateway)).ExitCode);

        Assert.Empty(Downloads(gateway));
    }

    public void Dispose() => _folder.Dispose();

    private static Task<ScriptedGateway> ServeAsync((string Path, byte[] Bytes)[] files, Func<HttpContext, int, Task>? download = null) =>
        ScriptedGateway.StartAsync((context, before) =>
        {
            if (context.Request.Path.Value!.EndsWith("/files", StringComparison.Ordinal))
            {
                var list = files.Select(file => new ResultFile("log", file.Path, new ArtifactReference(Digest(file.Bytes), file.Bytes.Length)));
                return ScriptedGateway.SayAsync(context, JsonSerializer.Serialize(list, ContractJson.Options));
            }

            return download is not null
                ? download(context, before)
                : SendAsync(context, files.Single(file => context.Request.Path.Value.EndsWith("/files/" + file.Path, StringComparison.Ordinal)).Bytes);
        });

    /// <summary>As the gateway does it: whole, or from an offset on.</summary>
    private static Task SendAsync(HttpContext context, byte[] bytes) =>
        Results.File(bytes, entityTag: new EntityTagHeaderValue($"\"{Digest(bytes)}\""), enableRangeProcessing: true).ExecuteAsync(context);

    /// <summary>What of the model is asked for; the answer is made one of a part where it is.</summary>
    private static byte[] Rest(HttpContext context)
    {
        if (context.Request.GetTypedHeaders().Range is not { } range)
        {
            return Model;
        }

        var from = (int)range.Ranges.Single().From!.Value;
        context.Response.StatusCode = 206;
        context.Response.GetTypedHeaders().ContentRange = new ContentRangeHeaderValue(from, Model.Length - 1, Model.Length);
        return Model[from..];
    }

    private static string Digest(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static List<SeenRequest> Downloads(ScriptedGateway gateway) => [.. gateway.Requests.Where(request => request.Path.Contains("/files/", StringComparison.Ordinal))];

    private Task<EngineResult> GetAsync(ScriptedGateway gateway, params string[] options) =>
        gateway.FinetuneAsync(["get", ScriptedGateway.JobId, _folder.Path, .. options]);
}
