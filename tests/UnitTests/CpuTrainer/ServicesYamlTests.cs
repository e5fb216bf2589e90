using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.CpuTrainer.Arguments;
using FineTunePipeline.Hosts.Trainers;
using FineTunePipeline.JobFiles;
using FineTunePipeline.TestKit.Storage;
using FineTunePipeline.UnitTests.JobFiles;
using FineTunePipeline.UnitTests.Training;
using Xunit;

namespace FineTunePipeline.UnitTests.CpuTrainer;

/// <summary>What Training writes is read by the trainer's own reader, whose source is linked into the tests. Evaluation's: EvaluationRunnerTests.</summary>
public sealed class ServicesYamlTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<FineTuningMethod, bool> Jobs => new()
    {
        { FineTuningMethod.Lora, false }, { FineTuningMethod.Lora, true }, { FineTuningMethod.Full, false }, { FineTuningMethod.Full, true },
    };

    [Theory]
    [MemberData(nameof(Jobs))]
    public void The_trainer_knows_every_key_that_a_training_gets(FineTuningMethod method, bool everyKey)
    {
        var spec = JobFile.ReadYaml(everyKey ? JobFileSamples.EveryKey : "model: m\ndataset: d.json\n") with { Method = method, Stage = TrainingStage.Sft, Provider = new ProviderSpec() };
        var yaml = TrainingYaml.Of(TrainingSetup.Of(TrainingJob.Command() with { Spec = spec }, "/work/out", everyKey ? "/work/out/checkpoint-10" : null));

        var read = ArgumentReader.Read(ConfigFile.Read([_folder.Write("train.yaml", yaml)]));

        var settings = spec.Hyperparameters;
        Assert.Equal(method.ToString(), read.Text("finetuning_type"), ignoreCase: true);
        Assert.Equal((settings.LearningRate, settings.WarmupRatio), (read.Number("learning_rate"), read.Number("warmup_ratio")));
        Assert.Equal((settings.MaxSteps, settings.SaveSteps, settings.Seed), (read.Integer("max_steps"), (int)read.Number("save_steps"), read.Integer("seed")));
        Assert.Equal(everyKey ? spec.Template : null, read.OptionalText("template"));
        Assert.Equal(everyKey ? settings.MaxSamples : null, read.OptionalInteger("max_samples"));
        Assert.Equal(everyKey ? "/work/out/checkpoint-10" : null, read.OptionalText("resume_from_checkpoint"));
    }

    public void Dispose() => _folder.Dispose();
}
