using System.Runtime.Versioning;
using System.Text.Json;
using FineTunePipeline.Contracts.Jobs;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Cli;

/// <summary>Questions to a job's model on its host, over a real SSH server; the trainer there answers with what it was given.</summary>
[SupportedOSPlatform("linux")]
public sealed class HostChatTests : JobOnHostFixture
{
    private const string Question = "What's \"new\"?\nSay it; $HOME";

    private protected override string TrainerScript => """
        [ "$1" = train ] || exit 9
        tools=$(dirname "$0")
        if [ -e "$tools/hold" ]; then touch "$tools/asked"; while [ -e "$tools/hold" ]; do sleep 0.1; done; fi
        if [ -e "$tools/fail" ]; then echo 'RuntimeError: no' >&2; exit 1; fi
        cp question.json dataset_info.json "$2" "$tools"
        [ ! -d tuned ] || ls tuned >"$tools/tuned"
        mkdir out
        echo "{\"prompt\": \"p\", \"predict\": \"$GREETING on '$CUDA_VISIBLE_DEVICES'\", \"label\": \"?\"}" | sed 's/it.s "here"/Hello/' >out/generated_predictions.jsonl
        """;

    [Fact]
    public async Task The_base_model_is_asked()
    {
        var end = await FinetuneAsync("chat", ScriptedGateway.JobId, "--before", Question);

        Assert.True(end.ExitCode == 0, end.Diagnostics);
        Assert.Equal(("Hello on ''\n", "(the base model on gpu-1)\n"), (end.Output, end.Diagnostics));
        Assert.Equal(Question, JsonElement.Parse(Given("question.json"))[0].GetProperty("instruction").GetString());
        Assert.Equal("question.json", JsonElement.Parse(Given("dataset_info.json")).GetProperty("question").GetProperty("file_name").GetString());
        Assert.Equal($"model_name_or_path: \"{Job.ModelFolder}\"\ndataset_dir: \".\"\noutput_dir: \"./out\"\nmax_new_tokens: 256\n", Given("question.yaml"));
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task The_newest_checkpoint_of_the_newest_attempt_is_asked_while_it_is_trained()
    {
        Checkpoint(attempt: 1, step: 80);
        Checkpoint(attempt: 2, step: 20);
        Checkpoint(attempt: 2, step: 100);
        Directory.CreateDirectory(Path.Combine(JobFolder, "train-2", "output", "checkpoint-120"));

        var end = await FinetuneAsync("chat", ScriptedGateway.JobId, "--after", Question, "--json", "--max-tokens", "8");

        Assert.True(end.ExitCode == 0, end.Diagnostics);
        Assert.Equal("""{"model":"the checkpoint of step 100","answer":"Hello on ''"}""", end.Output.Trim());
        Assert.EndsWith("max_new_tokens: 8\nadapter_name_or_path: \"./tuned\"\n", Given("question.yaml"), StringComparison.Ordinal);
        Assert.Equal("adapter_model.safetensors\ntrainer_state.json\n", Given("tuned"));
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task What_is_finished_is_asked_and_all_weights_get_what_lies_beside_the_base_model()
    {
        Job = Job with { Method = FineTuningMethod.Full };
        Leave();
        Folder.Write("model/model.safetensors", "base");
        Folder.Write("model/tokenizer.json", "{}");
        Checkpoint(attempt: 1, step: 80);
        Write("train-1/output/model.safetensors", "tuned");
        Write("train-1/train/exit_code", "              0\n");

        var end = await FinetuneAsync("chat", ScriptedGateway.JobId, "--after", Question);

        Assert.True(end.ExitCode == 0, end.Diagnostics);
        Assert.Equal("(the trained model on gpu-1)\n", end.Diagnostics);
        Assert.StartsWith("model_name_or_path: \"./tuned\"\n", Given("question.yaml"), StringComparison.Ordinal);
        Assert.Equal("model.safetensors\ntokenizer.json\n", Given("tuned"));
    }

    [Fact]
    public async Task Who_presses_Ctrl_C_leaves_nothing_there()
    {
        var hold = Folder.Write("tools/hold", "");
        await using var chat = Start("chat", ScriptedGateway.JobId, "--before", Question);
        await UntilAsync(() => File.Exists(Folder.At("tools", "asked")), () => "it was not asked");

        var end = await chat.InterruptAsync();

        Assert.Equal(130, end.ExitCode);
        await UntilNothingRunsAsync();
        AssertNothingIsLeft();
        Assert.True(File.Exists(hold));
    }

    [Fact]
    public async Task Before_anything_is_trained_it_is_told()
    {
        Directory.CreateDirectory(Path.Combine(JobFolder, "train-1", "output"));

        var end = await FinetuneAsync("chat", ScriptedGateway.JobId, "--after", Question);

        Assert.Equal(1, end.ExitCode);
        Assert.Contains("Nothing is trained yet", end.Diagnostics, StringComparison.Ordinal);
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_host_without_room_for_a_second_copy_is_not_asked()
    {
        Job = Job with { ModelBytes = 1L << 50 };
        Leave();

        var end = await FinetuneAsync("chat", ScriptedGateway.JobId, "--before", Question);

        Assert.Equal(1, end.ExitCode);
        Assert.Contains("too little memory free for a second copy of the model beside the training", end.Diagnostics, StringComparison.Ordinal);
        Assert.False(File.Exists(Folder.At("tools", "question.yaml")));
    }

    [Fact]
    public async Task A_trainer_that_fails_says_why()
    {
        Folder.Write("tools/fail", "");

        var end = await FinetuneAsync("chat", ScriptedGateway.JobId, "--before", Question);

        Assert.Equal(1, end.ExitCode);
        Assert.Contains("exit code 1: RuntimeError: no", end.Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ask one after the other", "--before", "--after", "Who?")]
    [InlineData("take one question", "--before")]
    public async Task Two_questions_at_once_and_none_are_refused(string words, params string[] options)
    {
        var end = await FinetuneAsync(["chat", ScriptedGateway.JobId, .. options]);

        Assert.Equal(2, end.ExitCode);
        Assert.Contains(words, end.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_base_model_without_a_host_is_told_where_its_answers_are()
    {
        var end = await FinetuneAsync("chat", "ftjob-2", "--before", Question);

        Assert.Equal(2, end.ExitCode);
        Assert.Contains("finetune get ftjob-2 FOLDER", end.Diagnostics, StringComparison.Ordinal);
    }

    private string Given(string file) => File.ReadAllText(Folder.At("tools", file));

    private void Checkpoint(int attempt, int step)
    {
        foreach (var file in (string[])["trainer_state.json", "adapter_model.safetensors", "optimizer.pt"])
        {
            Write($"train-{attempt}/output/checkpoint-{step}/{file}", "{}");
        }
    }

    private void Write(string relative, string text)
    {
        var path = Path.Combine(JobFolder, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
