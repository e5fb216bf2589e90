namespace FineTunePipeline.Contracts.Secrets;

/// <summary>Published by Provisioning at its start and when it is asked (<see cref="TellSecretKey"/>): the public key with which secrets for it are sealed.</summary>
public sealed record SecretKeyTold
{
    /// <summary>SubjectPublicKeyInfo in base64.</summary>
    public required string PublicKey { get; init; }
}
