namespace FineTunePipeline.Hosts;

/// <summary>How far an upload is. Reported from any thread, at most four times a second, and once at the end.</summary>
/// <param name="DoneBytes">What the host has of the content: what was there already, and what it has confirmed. Shrinks when a wrong block is found.</param>
/// <param name="TotalBytes">The whole content.</param>
/// <param name="SentBytes">What this call has sent so far; what is sent again counts again.</param>
/// <param name="BytesPerSecond">Of <paramref name="SentBytes"/>, since the call began.</param>
public sealed record TransferProgress(long DoneBytes, long TotalBytes, long SentBytes, double BytesPerSecond);
