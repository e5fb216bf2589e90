namespace FineTunePipeline.ServiceDefaults.Configuration;

/// <summary>The configuration file cannot be used; the message says what to change.</summary>
public sealed class ConfigurationFileException(string message, Exception? inner = null) : Exception(message, inner);
