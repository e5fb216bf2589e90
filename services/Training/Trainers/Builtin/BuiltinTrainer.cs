using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;

namespace FineTunePipeline.Training.Trainers.Builtin;

/// <summary>Our own trainer on the CPU, <c>finetune-trainer</c>, which takes LLaMA-Factory's keys.</summary>
internal sealed class BuiltinTrainer : ITrainer
{
    public string Name => TrainerNames.Builtin;

    public bool SavesWhenAsked => true;

    /// <summary>Also where its keys <c>bf16</c> and <c>fp16</c> ask for less: it says so in its log.</summary>
    public string Precision(StartTraining command) => "float32";

    public Failure Explain(TrainerEnd end) => Verdicts.Of(end);
}
