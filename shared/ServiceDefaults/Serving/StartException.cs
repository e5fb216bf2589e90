namespace FineTunePipeline.ServiceDefaults.Serving;

/// <summary>The program cannot start, or go on, as it was asked to. The message is all that a person needs: it says what to change.</summary>
public class StartException(string message, Exception? inner = null) : Exception(message, inner);
