using FineTunePipeline.CpuTrainer.Generation;
using FineTunePipeline.CpuTrainer.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using Generator = FineTunePipeline.CpuTrainer.Generation.Generator;

namespace FineTunePipeline.IntegrationTests.CpuTrainer.Models;

[Collection(TorchCollection.Name)]
public sealed class GeneratorTests
{
    private static readonly int[][] Prompts = [[3, 9, 27], [4], [11, 30, 1, 2, 5, 6, 7], [8, 8], [3, 9, 27], [12, 13, 14, 15]];

    [Theory]
    [InlineData("llama")]
    [InlineData("mistral")]
    [InlineData("qwen3")]
    public void Greedy_answers_in_batches_equal_those_computed_one_by_one_without_a_cache(string architecture)
    {
        using var model = CausalLm.Load(TestFiles.Golden(architecture));
        var expected = Prompts.Select(prompt => WithoutCache(model, prompt, 12, stop: 5)).ToList();

        foreach (var size in (int[])[1, 4, 32])
        {
            var answers = Generator.Generate(model, Prompts, Greedy(12) with { BatchSize = size }, CancellationToken.None);
            Assert.Equal(expected.Select(e => e.Ids), answers.Select(a => a.Ids));
            Assert.Equal(expected.Select(e => e.Stopped), answers.Select(a => a.Stopped));
        }
    }

    [Fact]
    public void Some_answer_stops_by_itself_and_some_by_the_limit()
    {
        using var model = CausalLm.Load(TestFiles.Golden("qwen3"));
        var free = Generator.Generate(model, Prompts, Greedy(12) with { StopIds = new HashSet<int>() }, CancellationToken.None);
        Assert.All(free, answer => Assert.Equal((12, false), (answer.Ids.Count, answer.Stopped)));

        var stop = free[0].Ids[3];
        var answers = Generator.Generate(model, Prompts, Greedy(12) with { StopIds = new HashSet<int> { stop } }, CancellationToken.None);
        Assert.True(answers[0].Stopped);
        Assert.DoesNotContain(stop, answers[0].Ids);
        Assert.Equal(free[0].Ids.TakeWhile(id => id != stop), answers[0].Ids);
    }

    [Fact]
    public void Drawn_answers_depend_on_the_seed_and_not_on_the_batch()
    {
        using var model = CausalLm.Load(TestFiles.Golden("qwen3"));
        var settings = Greedy(8) with { Temperature = 1.5, TopP = 0.95, Seed = 4, StopIds = new HashSet<int>() };
        var together = Draw(settings);

        Assert.Equal(together, Draw(settings with { BatchSize = 2 }));
        Assert.NotEqual(together, Draw(settings with { Seed = 5 }));
        Assert.NotEqual(together[0], together[4]); // the same prompt, another draw

        List<string> Draw(GenerationSettings s) => [.. Generator.Generate(model, Prompts, s, CancellationToken.None).Select(a => string.Join(' ', a.Ids))];
    }

    [Fact]
    public void A_tiny_share_of_probability_leaves_only_the_likeliest_token()
    {
        using var model = CausalLm.Load(TestFiles.Golden("qwen3"));
        var greedy = Generator.Generate(model, Prompts, Greedy(8), CancellationToken.None);
        var narrow = Generator.Generate(model, Prompts, Greedy(8) with { Temperature = 1, TopP = 1e-6, Seed = 9 }, CancellationToken.None);
        Assert.Equal(greedy.Select(a => a.Ids), narrow.Select(a => a.Ids));
    }

    [Fact]
    public void Generation_ends_at_the_last_position_of_the_model()
    {
        using var model = CausalLm.Load(TestFiles.Golden("qwen3"));
        var answer = Assert.Single(Generator.Generate(model, [[1, 2, 3, 4]], Greedy(500) with { StopIds = new HashSet<int>() }, CancellationToken.None));
        Assert.Equal(model.Config.MaxPositions - 4 + 1, answer.Ids.Count);
        Assert.False(answer.Stopped);
    }

    [Fact]
    public void A_prompt_that_is_empty_too_long_or_of_another_tokenizer_is_refused()
    {
        using var model = CausalLm.Load(TestFiles.Golden("qwen3"));
        Assert.Throws<ModelException>(() => Generator.Generate(model, [[1], []], Greedy(2), CancellationToken.None));
        Assert.Throws<ModelException>(() => Generator.Generate(model, [new int[64]], Greedy(2), CancellationToken.None));
        var error = Assert.Throws<ModelException>(() => Generator.Generate(model, [[1, 99]], Greedy(2), CancellationToken.None));
        Assert.Contains("99", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cancelled_generation_ends()
    {
        using var model = CausalLm.Load(TestFiles.Golden("qwen3"));
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        Assert.Throws<OperationCanceledException>(() => Generator.Generate(model, Prompts, Greedy(2), cancel.Token));
    }

    [Fact]
    public void Generating_and_scoring_leave_no_tensors_behind()
    {
        using var model = CausalLm.Load(TestFiles.Golden("qwen3"));
        Generator.Generate(model, Prompts, Greedy(4), CancellationToken.None);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 3; i++)
        {
            Generator.Generate(model, Prompts, Greedy(6), CancellationToken.None);
            LogLikelihood.Of(model, Prompts, CancellationToken.None);
        }
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void The_likelihood_of_texts_is_the_sum_of_their_tokens_and_independent_of_their_neighbours()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var model = CausalLm.Load(TestFiles.Golden("qwen3"));
        var scores = LogLikelihood.Of(model, Prompts, CancellationToken.None);

        for (var i = 0; i < Prompts.Length; i++)
        {
            var ids = tensor(Prompts[i].Select(id => (long)id).ToArray()).view(1, -1);
            var logs = nn.functional.log_softmax(model.Logits(model.Hidden(ids)), -1);
            var expected = Enumerable.Range(1, Prompts[i].Length - 1).Sum(at => (double)logs[0, at - 1, Prompts[i][at]].item<float>());
            Assert.Equal(Prompts[i].Length - 1, scores[i].Tokens);
            Assert.Equal(expected, scores[i].LogProbability, 1e-4);
        }
        Assert.Equal(Math.Exp(-scores.Sum(s => s.LogProbability) / scores.Sum(s => s.Tokens)), LogLikelihood.Perplexity(scores), 1e-9);
    }

    private static GenerationSettings Greedy(int tokens) => new() { MaxNewTokens = tokens, StopIds = new HashSet<int> { 5 } };

    private static (List<int> Ids, bool Stopped) WithoutCache(CausalLm model, int[] prompt, int tokens, int stop)
    {
        using var frozen = no_grad();
        var ids = prompt.Select(id => (long)id).ToList();
        while (ids.Count < prompt.Length + tokens)
        {
            using var scope = NewDisposeScope();
            var scores = model.Logits(model.Hidden(tensor(ids.ToArray()).view(1, -1)));
            var next = scores[0, -1].argmax().item<long>();
            if (next == stop)
                return ([.. ids.Skip(prompt.Length).Select(id => (int)id)], true);
            ids.Add(next);
        }
        return ([.. ids.Skip(prompt.Length).Select(id => (int)id)], false);
    }
}
