namespace FineTunePipeline.Hosts;

/// <summary>We lost contact. That says nothing about the host or what runs on it.</summary>
public sealed class HostUnreachableException(string message, Exception? inner = null) : IOException(message, inner);
