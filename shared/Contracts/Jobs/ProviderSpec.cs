using System.ComponentModel;

namespace FineTunePipeline.Contracts.Jobs;

/// <summary>Where the job trains, and with what.</summary>
public sealed record ProviderSpec
{
    [Description("Who rents the host: local is this computer.")]
    public string Name { get; init; } = "local";

    [Description("Trainer: builtin is our own on the CPU.")]
    public string Trainer { get; init; } = "builtin";
}
