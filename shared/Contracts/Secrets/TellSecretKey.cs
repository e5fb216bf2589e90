namespace FineTunePipeline.Contracts.Secrets;

/// <summary>Asks Provisioning for its <see cref="SecretKeyTold"/>.</summary>
public sealed record TellSecretKey;
