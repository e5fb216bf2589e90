using System.Text.Json;
using FineTunePipeline.Artifacts.Validate;
using FineTunePipeline.Artifacts.Validate.Planning;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.ModelFormats.Folders;
using Xunit;

namespace FineTunePipeline.UnitTests.Artifacts;

public sealed class LengthRulesTests
{
    private static readonly JobSpec Spec = new() { Model = "m", Dataset = "d", Provider = new() { Trainer = TrainerNames.LlamaFactory } };
    private static readonly TokenFacts Tokens = new() { Samples = 100, Tokens = 5000, TrainedTokens = 2000, MaxTokens = 300 };

    [Theory]
    [InlineData(0.1, 100, 10)]
    [InlineData(0.001, 100, 1)]
    [InlineData(25, 100, 25)]
    public void A_part_for_evaluation_is_rounded_up(double size, int samples, int kept)
    {
        Assert.Equal(kept, TrainingPlan.Evaluated(size, samples));
        Assert.Empty(OfSamples(new() { ValSize = size }, samples));
    }

    [Theory]
    [InlineData(1e-7, 100, "val_size is 0.0000001, which the trainer takes for none")]
    [InlineData(1, 100, "val_size 1 is a part, all samples")]
    [InlineData(100, 100, "val_size 100 keeps all of the 100 samples")]
    [InlineData(0.9, 5, "val_size 0.9 keeps all of the 5 samples")]
    [InlineData(0.5, 1, "val_size 0.5 keeps all of the 1 samples")]
    public void A_share_that_leaves_nothing_on_one_side_is_refused(double size, int samples, string part) =>
        Assert.Contains(part, Assert.Single(OfSamples(new() { ValSize = size }, samples)), StringComparison.Ordinal);

    [Fact]
    public void Steps_are_counted_as_the_trainer_counts_them()
    {
        var settings = new Hyperparameters { PerDeviceTrainBatchSize = 4, GradientAccumulationSteps = 2, NumTrainEpochs = 3, ValSize = 0.1 };

        var plan = Plan(Spec with { Hyperparameters = settings });

        Assert.Equal((90, 10, 36), (plan.Samples, plan.HeldBack, plan.Steps));
        Assert.Equal(7, Plan(Spec with { Hyperparameters = settings with { MaxSteps = 7 } }).Steps);
        Assert.Equal(36, Plan(Spec with { Hyperparameters = settings with { MaxSamples = 40 } }).Samples);
    }

    [Fact]
    public void Steps_of_texts_are_those_of_their_blocks_and_of_packed_chats_not_sure()
    {
        var settings = new Hyperparameters { CutoffLen = 50, PerDeviceTrainBatchSize = 1, GradientAccumulationSteps = 1, NumTrainEpochs = 1 };

        var texts = Plan(Spec with { Stage = TrainingStage.Pt, Hyperparameters = settings with { CutoffLen = 100 } });

        Assert.Equal(50, texts.Steps);
        Assert.StartsWith("Texts are joined to blocks", texts.Unsure, StringComparison.Ordinal);
        Assert.StartsWith("llamafactory.packing groups", Plan(Spec with { Llamafactory = Keys("""{"packing": true}"""), Hyperparameters = settings }).Unsure, StringComparison.Ordinal);
        Assert.Equal(100, TrainingPlan.Of(Spec with { Stage = TrainingStage.Pt, Hyperparameters = settings }, Facts(100), tokens: null).Steps);
    }

    [Fact]
    public void Texts_that_fill_no_block_are_refused()
    {
        Assert.Contains("fill no block of hyperparameters.cutoff_len 8192", Assert.Single(OfTokens(Spec with { Stage = TrainingStage.Pt, Hyperparameters = new() { CutoffLen = 8192 } })), StringComparison.Ordinal);
        Assert.Contains("500 of them in the smaller part of val_size", Assert.Single(OfTokens(Spec with { Stage = TrainingStage.Pt, Hyperparameters = new() { CutoffLen = 1024, ValSize = 0.1 } })), StringComparison.Ordinal);
        Assert.Empty(OfTokens(Spec with { Stage = TrainingStage.Pt, Hyperparameters = new() { CutoffLen = 8192 }, Llamafactory = Keys("""{"packing": false}""") }));
    }

    [Fact]
    public void Samples_longer_than_the_models_context_are_refused()
    {
        var fault = Assert.Single(OfTokens(Spec, context: 256));

        Assert.Contains("cutoff_len is 2048 and the longest sample has 300 tokens, but the model was made for at most 256", fault, StringComparison.Ordinal);
        Assert.Empty(OfTokens(Spec, context: 300));
        Assert.Empty(OfTokens(Spec with { Hyperparameters = new() { CutoffLen = 256 } }, context: 256));
        Assert.Empty(OfTokens(Spec with { Llamafactory = Keys("""{"rope_scaling": "yarn"}""") }, context: 256));
        Assert.Contains("joined to that length", Assert.Single(OfTokens(Spec with { Stage = TrainingStage.Pt }, context: 256)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_best_checkpoint_needs_one_before_the_end()
    {
        var settings = new Hyperparameters { ValSize = 0.1, LoadBestModelAtEnd = true, SaveSteps = 36, PerDeviceTrainBatchSize = 4, GradientAccumulationSteps = 2 };

        Assert.Contains("about 36 steps: it would be evaluated at its end alone", Assert.Single(OfTokens(Spec with { Hyperparameters = settings })), StringComparison.Ordinal);
        Assert.Empty(OfTokens(Spec with { Hyperparameters = settings with { SaveSteps = 18 } }));
    }

    private static Dictionary<string, JsonElement> Keys(string json) => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!;

    private static DatasetFacts Facts(int samples) => new() { SamplesByFile = [samples], Skipped = 0, SkippedRecords = [] };

    private static TrainingPlan Plan(JobSpec spec) => TrainingPlan.Of(spec, Facts(100), Tokens);

    private static List<string> OfSamples(Hyperparameters settings, int samples)
    {
        var faults = new FaultList();
        LengthRules.CheckSamples(Spec with { Hyperparameters = settings }, Facts(samples), faults);
        return [.. faults.Faults.Select(fault => fault.Message)];
    }

    private static List<string> OfTokens(JobSpec spec, long? context = null)
    {
        var faults = new FaultList();
        var config = new ModelConfig
        {
            ModelType = "llama",
            Hidden = 8,
            Intermediate = 16,
            Layers = 1,
            Heads = 1,
            KeyValueHeads = 1,
            HeadSize = 8,
            Vocabulary = 10,
            TiedEmbedding = false,
            WeightBytes = 2,
            Context = context,
        };
        LengthRules.CheckTokens(spec, new ModelFacts("/m", config, 1, 1), Facts(100), Plan(spec), Tokens, faults);
        return [.. faults.Faults.Select(fault => fault.Message)];
    }
}
