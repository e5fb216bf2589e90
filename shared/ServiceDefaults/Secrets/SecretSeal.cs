using System.Security.Cryptography;
using System.Text;
using FineTunePipeline.Contracts.Secrets;

namespace FineTunePipeline.ServiceDefaults.Secrets;

/// <summary>
/// Seals a secret for the owner of a public key: ECDH on P-256 with a key made for it alone, HKDF-SHA256, AES-256-GCM. Who seals it cannot open it again, and
/// who changes it is found out.
/// </summary>
public static class SecretSeal
{
    private const int TagBytes = 16;
    private const int NonceBytes = 12;
    private const int KeyBytes = 32;
    private static readonly byte[] Purpose = "finetune sealed secret 1"u8.ToArray();

    /// <param name="ownerPublicKey">SubjectPublicKeyInfo in base64.</param>
    /// <param name="secret">The text.</param>
    public static SealedSecret Seal(string ownerPublicKey, string secret)
    {
        using var owner = ECDiffieHellman.Create();
        owner.ImportSubjectPublicKeyInfo(Convert.FromBase64String(ownerPublicKey), out _);
        using var sender = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var senderKey = sender.ExportSubjectPublicKeyInfo();
        var nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        var plain = Encoding.UTF8.GetBytes(secret);
        var text = new byte[plain.Length + TagBytes];
        using var cipher = new AesGcm(Key(sender, owner.PublicKey, senderKey), TagBytes);
        cipher.Encrypt(nonce, plain, text.AsSpan(0, plain.Length), text.AsSpan(plain.Length));
        return new SealedSecret { Sender = Convert.ToBase64String(senderKey), Nonce = Convert.ToBase64String(nonce), Text = Convert.ToBase64String(text) };
    }

    /// <exception cref="CryptographicException">It was sealed for another key, or changed.</exception>
    public static string Open(ECDiffieHellman owner, SealedSecret secret)
    {
        try
        {
            var senderKey = Convert.FromBase64String(secret.Sender);
            using var sender = ECDiffieHellman.Create();
            sender.ImportSubjectPublicKeyInfo(senderKey, out _);
            var text = Convert.FromBase64String(secret.Text);
            var plain = new byte[text.Length - TagBytes];
            using var cipher = new AesGcm(Key(owner, sender.PublicKey, senderKey), TagBytes);
            cipher.Decrypt(Convert.FromBase64String(secret.Nonce), text.AsSpan(0, plain.Length), text.AsSpan(plain.Length), plain);
            return Encoding.UTF8.GetString(plain);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException or ArgumentException)
        {
            throw new CryptographicException("The sealed secret is damaged.", exception);
        }
    }

    private static byte[] Key(ECDiffieHellman mine, ECDiffieHellmanPublicKey theirs, byte[] senderKey) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, mine.DeriveRawSecretAgreement(theirs), KeyBytes, senderKey, Purpose);
}
