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
    public SecretKeyTold Told()
    {
        using var key = Load();
        return new SecretKeyTold { PublicKey = Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()) };
    }

    /// <exception cref="CryptographicException">It was sealed for another key.</exception>
    public string Open(SealedSecret secret)
    {
        using var key = Load();
        return SecretSeal.Open(key, secret);
    }

    private ECDiffieHellman Load()
    {
        PrivateFile.Ensure(options.Value.SecretKeyFile, () =>
        {
            using var made = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
            return made.ExportPkcs8PrivateKeyPem() + "\n";
        });
        var key = ECDiffieHellman.Create();
        key.ImportFromPem(File.ReadAllText(options.Value.SecretKeyFile));
        return key;
    }
}
