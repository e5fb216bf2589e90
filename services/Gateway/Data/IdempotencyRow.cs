namespace FineTunePipeline.Gateway.Data;

/// <summary>A client's <c>Idempotency-Key</c>, written together with the job that it began.</summary>
public sealed class IdempotencyRow
{
    public required string Key { get; set; }

    /// <summary>SHA-256 of the request's body: the key with another body is a mistake of the client.</summary>
    public required string BodySha256 { get; set; }

    public required string JobId { get; set; }

    public required long CreatedAtMs { get; set; }
}
