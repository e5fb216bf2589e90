namespace FineTunePipeline.Gateway.Data;

/// <summary>The public key with which secrets for a service are sealed.</summary>
public sealed class OwnerKeyRow
{
    public required string Service { get; set; }

    /// <summary>SubjectPublicKeyInfo in base64.</summary>
    public required string PublicKey { get; set; }
}
