namespace FineTunePipeline.Contracts.Jobs;

/// <summary>How the weights change. Names are LLaMA-Factory's <c>finetuning_type</c>.</summary>
public enum FineTuningMethod
{
    /// <summary>Low-rank adapters beside frozen weights.</summary>
    Lora,

    /// <summary>All weights.</summary>
    Full,

    /// <summary>Weights of some layers; the others stay. The result is whole weights.</summary>
    Freeze,
}
