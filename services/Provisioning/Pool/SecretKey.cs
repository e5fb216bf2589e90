using System.Security.Cryptography;
using FineTunePipeline.Contracts.Secrets;
using FineTunePipeline.ServiceDefaults.Secrets;
using FineTunePipeline.Storage;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Provisioning.Pool;

/// <summary>The key for which secrets of this service are sealed (<see cref="PoolOptions.SecretKeyFile"/>), made at first need. All instances need the same file.</summary>
internal sealed class SecretKey(IOptions<PoolOptions> options)
{
    /// <exception cref="IOException">The file cannot be read, or made.</exception>
    public async Task<SecretKeyTold> ToldAsync(CancellationToken cancellationToken)
    {
        using var key = await LoadAsync(cancellationToken);
        return new SecretKeyTold { PublicKey = Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()) };
    }

    /// <exception cref="CryptographicException">It was sealed for another key.</exception>
    public async Task<string> OpenAsync(SealedSecret secret, CancellationToken cancellationToken)
    {
        using var key = await LoadAsync(cancellationToken);
        return SecretSeal.Open(key, secret);
    }

    private async Task<ECDiffieHellman> LoadAsync(CancellationToken cancellationToken)
    {
        var path = options.Value.SecretKeyFile;
        await DurableFile.EnsurePrivateAsync(
            path,
            () =>
            {
                using var made = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
                return made.ExportPkcs8PrivateKeyPem() + "\n";
            },
            cancellationToken);
        var key = ECDiffieHellman.Create();
        key.ImportFromPem(await File.ReadAllTextAsync(path, cancellationToken));
        return key;
    }
}
