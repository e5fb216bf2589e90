namespace FineTunePipeline.Standalone;

/// <summary>The program cannot start as it was asked to; the message says what to change.</summary>
internal sealed class StartException(string message) : Exception(message);
