namespace FineTunePipeline.ModelTools.Llama;

/// <summary>The model's output is not a number: its weights are damaged, or they overflow.</summary>
internal sealed class NotANumberException()
    : Exception("The model computes values that are no numbers (NaN or infinity): its weights are damaged or were trained to overflow.");
