namespace FineTunePipeline.IntegrationTests.Cli;

/// <summary>What the program asked; absent headers are empty.</summary>
internal sealed record SeenRequest(string Method, string Path, string Range, string IfRange, string LastEventId, string IdempotencyKey, string Body);
