using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.IntegrationTests.Hosts.Pool;
using FineTunePipeline.IntegrationTests.Standalone;
using Xunit;

namespace FineTunePipeline.IntegrationTests.LlamaFactory;

/// <summary>A training that fits only as one sample, with gradient checkpointing, on a card of 48 GiB.</summary>
public sealed class LlamaFactoryCardMemoryTests : LlamaFactoryHome
{
    public override async ValueTask InitializeAsync()
    {
        // As PyTorch ends. Which host it is, only the file's folders tell.
        var tool = LlamaFactoryTool.OnCards(
            Folder.Path,
            cards: 1,
            $$"""
            if ! grep -q '^per_device_train_batch_size: 1$' "$2" || grep -q '^disable_gradient_checkpointing: true' "$2" || grep -qF -f '{{Folder.At("too-small")}}' "$2"; then
              echo 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.' >&2; exit 1
            fi
            """);
        await StartAsync(new Dictionary<string, string> { ["LlamaFactory__Command"] = tool });
    }

    [Fact]
    public async Task Is_made_to_fit_step_by_step_and_ends_on_a_larger_card()
    {
        var small = await AddAsync("small", mebibytes: 24564, price: 1);
        await AddAsync("large", mebibytes: 49140, price: 2);

        var job = await Home.Gateway.RunAsync(Job());

        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message + "\n" + job.Failure?.Evidence);
        var said = (await Home.Gateway.HistoryAsync(job.Id)).Select(stored => stored.Change?.Message ?? "").ToList();
        Assert.All(
            ["again with micro-batch 1, accumulation 2", "again with gradient checkpointing on", "a host whose cards have more than 24.0 GiB is taken"],
            words => Assert.Single(said, message => message.EndsWith(words, StringComparison.Ordinal)));
        Assert.Equal(["small", "large"], job.Cost!.Hosts.Select(host => host.HostName));
        Assert.Empty(small.Leftovers());

        var history = (await Home.Gateway.ResultJsonAsync(job.Id, "provenance.json")).GetProperty("history").EnumerateArray().ToList();
        Assert.Equal(3, history.Count(moment => moment.GetProperty("what").GetString() == "relieved"));
        var statement = history.Last(moment => moment.GetProperty("stage").GetString() == "train" && moment.GetProperty("what").GetString() == "succeeded").GetProperty("statement");
        var yaml = await Home.StoredTextAsync(statement.GetProperty("configuration").GetProperty("sha256").GetString()!);
        Assert.Contains("\nper_device_train_batch_size: 1\n", yaml, StringComparison.Ordinal);
        Assert.Contains("\ngradient_accumulation_steps: 2\n", yaml, StringComparison.Ordinal);
        Assert.DoesNotContain("disable_gradient_checkpointing", yaml, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_larger_card_it_waits_for_its_person_and_holds_no_host()
    {
        var small = await AddAsync("small", mebibytes: 24564, price: 1);
        var jobId = await Home.Gateway.SubmitAsync(Job());

        var waiting = await Home.Gateway.UntilAsync(jobId, job => job.State == JobState.WaitingForYou, "a wish to its person");

        Assert.StartsWith(
            "Training does not fit into the memory of its hosts. Tried: micro-batch 1 in place of 2, gradient checkpointing, cards of 24.0 GiB. Lower hyperparameters.cutoff_len",
            waiting.Message,
            StringComparison.Ordinal);
        Assert.Contains("Not fit for this job: small (its card has 24.0 GiB).", waiting.Message, StringComparison.Ordinal);
        Assert.Equal(0, waiting.Cost!.Held);
        Assert.Empty(small.Leftovers());

        // Its person finds one.
        await AddAsync("large", mebibytes: 49140, price: 2);
        Assert.Equal(JobState.Succeeded, (await Home.Gateway.EndAsync(jobId)).State);
    }

    private async Task<RentedHost> AddAsync(string name, int mebibytes, int price)
    {
        var programs = Folder.At(name);
        Directory.CreateDirectory(programs);
        LlamaFactoryTool.WriteDriver(programs, $"case \"$*\" in *--query-gpu=name*) echo 'NVIDIA Test, {mebibytes}, {mebibytes - 500}, 550.90.07' ;; esac");
        var host = await Home.AddWithAsync(programs, name, "--price", FormattableString.Invariant($"{price}"));
        if (name == "small")
        {
            await File.WriteAllTextAsync(Folder.At("too-small"), host.Folder + "\n");
        }

        return host;
    }

    private static JobSpec Job() => Job(SmallJob.Shortest, """{"disable_gradient_checkpointing": true}""");
}
