using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Hosts.Trainers;

namespace FineTunePipeline.Training.Trainers.LlamaFactory;

/// <summary>LLaMA-Factory, as the host has it. Which program that is, was found out when the host was prepared.</summary>
internal sealed class LlamaFactoryTrainer : ITrainer
{
    public string Name => TrainerNames.LlamaFactory;

    /// <summary>At SIGTERM it ends at once; the signal by which its web page stops it saves a result and no checkpoint. Source: LLaMA-Factory 0.9.6, run and read 2026-11.</summary>
    public bool SavesWhenAsked => false;

    public string Precision(StartTraining command) => LlamaFactoryYaml.Precision(command.Spec, command.Prepared.Trainer);

    public Failure Explain(TrainerEnd end) => Verdicts.Of(end);
}
