using System.ComponentModel;

namespace FineTunePipeline.Contracts.Jobs;

/// <summary>Where the job trains, and with what.</summary>
public sealed record ProviderSpec
{
    [Description("Who has the host: local is this computer, ssh the hosts of yours (finetune hosts).")]
    public string Name { get; init; } = "local";

    [Description("Trainer: builtin is our own on the CPU, llamafactory is LLaMA-Factory as the host has it.")]
    public string Trainer { get; init; } = TrainerNames.Builtin;
}
