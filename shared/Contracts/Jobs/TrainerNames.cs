namespace FineTunePipeline.Contracts.Jobs;

/// <summary>What <see cref="ProviderSpec.Trainer"/> may say.</summary>
public static class TrainerNames
{
    /// <summary>Our own trainer on the CPU, <c>finetune-trainer</c>, which every host gets from us.</summary>
    public const string Builtin = "builtin";

    /// <summary>LLaMA-Factory, as the host has it.</summary>
    public const string LlamaFactory = "llamafactory";
}
