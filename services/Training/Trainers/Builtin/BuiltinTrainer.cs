using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;

namespace FineTunePipeline.Training.Trainers.Builtin;

/// <summary>Our own trainer on the CPU, <c>finetune-trainer</c>, which takes LLaMA-Factory's keys.</summary>
internal sealed class BuiltinTrainer(EngineLocator engines) : ITrainer
{
    public string Name => "builtin";

    /// <summary>Also where its keys <c>bf16</c> and <c>fp16</c> ask for less: it says so in its log.</summary>
    public string Precision => "float32";

    public string Configuration(StartTraining command, string outputFolder, string? resumeFrom) => BuiltinYaml.Write(command, outputFolder, resumeFrom);

    public HostCommand Command(string? engineFolder, string configuration)
    {
        var trainer = engines.Locate(Engine.Trainer, engineFolder);
        return trainer with { Arguments = [.. trainer.Arguments, "train", configuration] };
    }

    public Failure Explain(TrainerEnd end) => Verdicts.Of(end);
}
