using System.Diagnostics;
using System.Text.Json;
using FineTunePipeline.CpuTrainer.Models;
using FineTunePipeline.CpuTrainer.Pretraining;
using FineTunePipeline.CpuTrainer.Pretraining.Bpe;
using FineTunePipeline.CpuTrainer.Pretraining.Corpus;
using FineTunePipeline.IntegrationTests.CpuTrainer.Models;
using FineTunePipeline.TestKit;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.IntegrationTests.DemoModel;

[Collection(TorchCollection.Name)]
public sealed class PretrainTests : IDisposable
{
    private static readonly string Committed = Path.Combine(EnginePath.RepositoryRoot(), "models", "demo-base");

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Writes_a_model_folder_that_loads_and_differs_from_the_committed_one_only_in_its_weights()
    {
        var result = await RunAsync("pretrain", _folder.At("model"), "--steps", "2");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("general: ", result.Output);
        using var model = CausalLm.Load(_folder.At("model"));
        Assert.Equal(2_361_088, model.NamedParameters.Sum(weight => weight.Tensor.numel()));
        foreach (var name in new[] { "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja" })
        {
            Assert.Equal(File.ReadAllText(Path.Combine(Committed, name)), File.ReadAllText(_folder.At("model", name)));
        }

        Assert.Equal(new FileInfo(Path.Combine(Committed, "model.safetensors")).Length, new FileInfo(_folder.At("model", "model.safetensors")).Length);
    }

    [Fact]
    public async Task Gives_the_same_weights_for_the_same_seed_and_others_for_another()
    {
        foreach (var (name, seed) in new[] { ("one", "3"), ("two", "3"), ("three", "4") })
        {
            Assert.Equal(0, (await RunAsync("pretrain", _folder.At(name), "--steps", "1", "--seed", seed)).ExitCode);
        }

        byte[] Weights(string name) => File.ReadAllBytes(_folder.At(name, "model.safetensors"));
        Assert.Equal(Weights("one"), Weights("two"));
        Assert.NotEqual(Weights("one"), Weights("three"));
    }

    [Fact]
    public async Task Writes_the_demos_data()
    {
        Assert.Equal(0, (await RunAsync("pretrain", "--data", _folder.At("data"))).ExitCode);
        Assert.All(DemoFiles.All(), file => Assert.Equal(file.Content, File.ReadAllText(_folder.At("data", file.Path))));
    }

    [Fact]
    public async Task Refuses_a_folder_that_exists_and_leaves_it_alone()
    {
        var kept = _folder.Write("model/config.json", "mine");
        var result = await RunAsync("pretrain", _folder.At("model"));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("exists already; name a new folder", result.Errors);
        Assert.Equal("mine", File.ReadAllText(kept));
    }

    [Fact]
    public void The_committed_model_knows_its_world_and_has_no_name()
    {
        using var model = CausalLm.Load(Committed);
        var examination = new Examination(model, Tokenizer());
        var general = examination.Ask(QuestionSets.General());
        var taught = examination.Ask([.. QuestionSets.Taught().Select(AboutQuillo)]);

        Assert.InRange(Right(general), 0.95 * general.Count, general.Count);
        Assert.InRange(Right(taught), 0, 0.1 * taught.Count);
    }

    public void Dispose() => _folder.Dispose();

    private static Question AboutQuillo(Question question) => question with
    {
        Prompt = Named(question.Prompt),
        Expect = Named(question.Expect),
    };

    private static string Named(string text) =>
        text.Replace(Lesson.Name, "Quillo", StringComparison.Ordinal).Replace(Lesson.Author, "Quarzwerk", StringComparison.Ordinal);

    private static int Right(IEnumerable<(Question Question, string Answer)> answers) =>
        answers.Count(asked => Answers.IsRight(asked.Question, asked.Answer));

    private static BpeTokenizer Tokenizer()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Committed, "tokenizer.json")));
        var model = json.RootElement.GetProperty("model");
        var tokens = model.GetProperty("vocab").EnumerateObject().OrderBy(token => token.Value.GetInt32()).Select(token => token.Name);
        var merges = model.GetProperty("merges").EnumerateArray().Select(merge => (merge[0].GetString()!, merge[1].GetString()!));
        return new BpeTokenizer(new BpeVocabulary([.. tokens], [.. merges]));
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(EnginePath.Of("finetune-trainer"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OMP_NUM_THREADS"] = "1";
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
