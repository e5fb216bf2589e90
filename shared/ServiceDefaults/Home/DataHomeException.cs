namespace FineTunePipeline.ServiceDefaults.Home;

/// <summary>The data folder cannot be used; the message says what to do.</summary>
public sealed class DataHomeException(string message, Exception inner) : Exception(message, inner);
