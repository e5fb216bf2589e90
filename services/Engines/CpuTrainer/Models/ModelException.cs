namespace FineTunePipeline.CpuTrainer.Models;

/// <summary>The model or adapter folder given by the user cannot be used; the text says what is wrong and what to change.</summary>
internal sealed class ModelException(string message, Exception? inner = null) : Exception(message, inner);
