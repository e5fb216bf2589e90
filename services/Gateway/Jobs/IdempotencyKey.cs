namespace FineTunePipeline.Gateway.Jobs;

/// <summary>A client's promise that requests with this key are one request.</summary>
/// <param name="Value">As the client sent it, at most <see cref="MaxLength"/> characters.</param>
/// <param name="BodySha256">Digest of the body that came with it, and what it was sent for where that is no submit.</param>
public sealed record IdempotencyKey(string Value, string BodySha256)
{
    public const int MaxLength = 255;
}
