namespace FineTunePipeline.Contracts.Secrets;

/// <summary>A secret that only its owner, a service, can read; it may travel in messages and lie in databases. All values in base64.</summary>
public sealed record SealedSecret
{
    /// <summary>Public key that was made for this one secret (SubjectPublicKeyInfo).</summary>
    public required string Sender { get; init; }

    public required string Nonce { get; init; }

    /// <summary>Encrypted text, and the tag behind it.</summary>
    public required string Text { get; init; }
}
