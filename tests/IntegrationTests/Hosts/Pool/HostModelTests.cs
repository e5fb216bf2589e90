using System.Security.Cryptography;
using System.Text.Json;
using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.IntegrationTests.ModelTools;
using FineTunePipeline.IntegrationTests.Standalone;
using FineTunePipeline.TestKit;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts.Pool;

/// <summary>Base models that lie on a rented host already, and what a host is asked before it trains; over real SSH servers and with the real engines.</summary>
public sealed class HostModelTests : IAsyncLifetime
{
    private readonly SmallHub _hub = new();
    private readonly string _closed = $"http://127.0.0.1:{FreePort.Find()}";
    private PoolHome _home = null!;

    public async ValueTask InitializeAsync() =>
        _home = await PoolHome.StartAsync(new Dictionary<string, string> { ["Prepare__NetworkAddresses"] = $"{_hub.Address},{_closed}" });

    public async ValueTask DisposeAsync()
    {
        await _home.DisposeAsync();
        await _hub.DisposeAsync();
    }

    [Fact]
    public async Task A_model_on_the_host_is_trained_evaluated_and_converted_where_it_lies()
    {
        var host = await _home.AddAsync("gpu-1");
        var folder = PutModel(host);
        var before = Digests(folder);
        var job = PoolHome.OnHost(SmallJob.Spec) with
        {
            Model = "host:" + folder,
            Outputs = new OutputSpec { Merged = false, Gguf = ["q8_0"] },
            Evaluation = new EvaluationSpec { Taught = SmallJob.InRepository("examples", "demo", "questions", "taught.jsonl"), MaxNewTokens = 8 },
        };

        var ended = await _home.Gateway.RunAsync(job);

        Assert.True(ended.State == JobState.Succeeded, ended.Failure?.Message);
        Assert.Contains(ended.Result!.Files, file => file.Kind == "gguf");
        Assert.Equal(before, Digests(folder));
        Assert.Empty(host.KeptModelFiles());
        await _home.HostAsync("gpu-1", view => view.State == HostState.Free);
        Assert.DoesNotContain(host.Leftovers(), file => !file.StartsWith(folder, StringComparison.Ordinal));

        var provenance = await _home.Gateway.ResultJsonAsync(ended.Id, "provenance.json");
        var files = provenance.GetProperty("model_files").EnumerateArray().ToDictionary(file => file.GetProperty("path").GetString()!);
        Assert.All(files, file => Assert.Equal((before[file.Key], "host:" + folder), (file.Value.GetProperty("sha256").GetString(), file.Value.GetProperty("source").GetString())));
        Assert.Contains("model.safetensors", files.Keys);
        var prepared = provenance.GetProperty("history").EnumerateArray()
            .Single(moment => moment.GetProperty("stage").GetString() == "prepare" && moment.GetProperty("what").GetString() == "succeeded").GetProperty("statement");
        var answer = prepared.GetProperty("first_answer").GetString();
        Assert.Equal(folder, prepared.GetProperty("host_folder").GetString());
        Assert.NotEqual("", answer);
        Assert.Contains(await _home.Gateway.HistoryAsync(ended.Id), stored => stored.Change?.Message == $"The base model answers there: {answer}");
        var checks = prepared.GetProperty("environment").GetProperty("checks").EnumerateArray().ToDictionary(check => check.GetProperty("name").GetString()!);
        Assert.All((string[])["model_folder", "torch", "model", "tokens", "first_prompt"], name => Assert.Equal("fit", checks[name].GetProperty("verdict").GetString()));
    }

    [Fact]
    public async Task A_host_without_the_model_is_not_used_until_it_has_it()
    {
        var host = await _home.AddAsync("gpu-1", "--price", "1");
        var folder = FolderOn(host);
        var jobId = await _home.Gateway.SubmitAsync(PoolHome.OnHost(SmallJob.Shortest) with { Model = "host:" + folder });

        var waiting = await _home.Gateway.UntilAsync(jobId, job => job.State == JobState.WaitingForYou, "a wish to its person");
        Assert.Contains("Not fit for this job: gpu-1", waiting.Message, StringComparison.Ordinal);
        var history = await _home.Gateway.HistoryAsync(jobId);
        Assert.Contains(history, stored => stored.Change?.Message.Contains($"there is no folder {folder} on this host", StringComparison.Ordinal) == true);
        Assert.False(Directory.Exists(Path.Combine(host.Folder, ".finetune", "engines")), "Nothing is sent to a host that cannot be used.");

        PutModel(host);
        await _home.FinetuneAsync("hosts", "update", "gpu-1");
        var ended = await _home.Gateway.EndAsync(jobId);

        Assert.True(ended.State == JobState.Succeeded, ended.Failure?.Message);
    }

    [Fact]
    public async Task The_next_host_must_have_the_model_that_the_first_had()
    {
        var first = await _home.AddAsync("first", "--price", "1");
        await _home.AddAsync("second", "--price", "2");

        // Both are this computer, so it is one folder.
        var folder = PutModel(first);
        var jobId = await _home.Gateway.SubmitAsync(PoolHome.OnHost(SmallJob.Long(steps: 60, saveSteps: 10)) with { Model = "host:" + folder });
        await _home.Gateway.EventAsync(jobId, stored => stored.Type == "checkpoint");
        await first.TakeAsync();
        var card = Path.Combine(folder, "README.md");
        var before = await File.ReadAllTextAsync(card);
        await File.WriteAllTextAsync(card, "another model");

        await _home.Gateway.UntilAsync(jobId, job => job.State == JobState.WaitingForYou, "a wish to its person");
        var history = await _home.Gateway.HistoryAsync(jobId);
        Assert.Contains(history, stored => stored.Change?.Message.Contains("other files than where the job was prepared first: README.md has other bytes", StringComparison.Ordinal) == true);

        await File.WriteAllTextAsync(card, before);
        await _home.FinetuneAsync("hosts", "update", "second");
        var ended = await _home.Gateway.EndAsync(jobId);

        Assert.True(ended.State == JobState.Succeeded, ended.Failure?.Message);
        Assert.Contains(await _home.Gateway.HistoryAsync(jobId), stored => stored.Change?.Message.StartsWith("Training goes on from step ", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task A_broken_model_on_the_host_ends_the_job_before_it_trains()
    {
        var host = await _home.AddAsync("gpu-1");
        var folder = PutModel(host);
        File.Delete(Path.Combine(folder, "tokenizer.json"));

        var ended = await _home.Gateway.RunAsync(PoolHome.OnHost(SmallJob.Shortest) with { Model = "host:" + folder });

        Assert.Equal((JobState.Failed, "host_model"), (ended.State, ended.Failure!.Code));
        Assert.Contains("has no tokenizer.json", ended.Failure.Message, StringComparison.Ordinal);
        Assert.Null(ended.Progress);
    }

    [Fact]
    public async Task A_model_of_no_numbers_ends_the_job_before_it_trains()
    {
        var host = await _home.AddAsync("gpu-1");
        var folder = PutModel(host);
        var weights = Path.Combine(folder, "model.safetensors");
        var bytes = await File.ReadAllBytesAsync(weights);
        bytes.AsSpan(bytes.Length / 2).Fill(0xff);
        await File.WriteAllBytesAsync(weights, bytes);

        var ended = await _home.Gateway.RunAsync(PoolHome.OnHost(SmallJob.Shortest) with { Model = "host:" + folder });

        Assert.Equal((JobState.Failed, "host_first_prompt"), (ended.State, ended.Failure!.Code));
        Assert.Contains("computes no numbers", ended.Failure.Message, StringComparison.Ordinal);
        Assert.Null(ended.Progress);
    }

    [Fact]
    public async Task A_model_beside_this_computer_s_own_work_is_used_where_it_lies()
    {
        var folder = SmallJob.InRepository("models", "demo-base");

        var ended = await _home.Gateway.RunAsync(SmallJob.Shortest with { Model = "host:" + folder });

        Assert.True(ended.State == JobState.Succeeded, ended.Failure?.Message);
        Assert.Equal(JobState.Failed, (await _home.Gateway.RunAsync(SmallJob.Shortest with { Model = "host:/no/such/folder" })).State);
    }

    [Fact]
    public async Task The_test_of_a_host_tells_what_libtorch_finds_and_which_addresses_it_reaches()
    {
        await _home.AddAsync("gpu-1");

        var report = await _home.FinetuneAsync("hosts", "test", "gpu-1");

        Assert.Matches(@"fit +torch +libtorch 2\.\d+[.\d]* on cpu", report);
        Assert.Matches($@"note +network +{new Uri(_hub.Address).Authority} in \d+ ms; {new Uri(_closed).Authority} not reached", report);
        Assert.Contains("Jobs can use it.", report, StringComparison.Ordinal);
    }

    private static string FolderOn(RentedHost host) => Path.Combine(Path.GetDirectoryName(host.Folder)!, "my models", "base");

    /// <summary>The shipped model on the host's disk, beside our folder.</summary>
    private static string PutModel(RentedHost host)
    {
        var folder = Directory.CreateDirectory(FolderOn(host)).FullName;
        foreach (var file in Directory.EnumerateFiles(SmallJob.InRepository("models", "demo-base")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        return folder;
    }

    private static Dictionary<string, string> Digests(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .ToDictionary(file => Path.GetRelativePath(folder, file), file => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))));
}
