namespace FineTunePipeline.Messaging;

/// <summary>The list of services cannot be served; the message says what to change.</summary>
public sealed class ServiceListException(string message) : Exception(message);
