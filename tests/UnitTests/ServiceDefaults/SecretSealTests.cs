using System.Security.Cryptography;
using FineTunePipeline.Contracts.Secrets;
using FineTunePipeline.ServiceDefaults.Secrets;
using Xunit;

namespace FineTunePipeline.UnitTests.ServiceDefaults;

public sealed class SecretSealTests : IDisposable
{
    private readonly ECDiffieHellman _owner = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);

    private string PublicKey => Convert.ToBase64String(_owner.ExportSubjectPublicKeyInfo());

    public void Dispose() => _owner.Dispose();

    [Theory]
    [InlineData("p")]
    [InlineData("密码 with spaces \" and 'quotes'")]
    public void Its_owner_reads_what_was_sealed(string secret) => Assert.Equal(secret, SecretSeal.Open(_owner, SecretSeal.Seal(PublicKey, secret)));

    [Fact]
    public void Nobody_else_reads_it_and_it_never_looks_the_same()
    {
        var (first, second) = (SecretSeal.Seal(PublicKey, "secret"), SecretSeal.Seal(PublicKey, "secret"));
        using var stranger = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);

        Assert.NotEqual(first.Text, second.Text);
        Assert.DoesNotContain("secret", first.ToString(), StringComparison.Ordinal);
        Assert.ThrowsAny<CryptographicException>(() => SecretSeal.Open(stranger, first));
    }

    [Fact]
    public void What_was_changed_or_is_damaged_is_refused()
    {
        var secret = SecretSeal.Seal(PublicKey, "secret");
        var text = Convert.FromBase64String(secret.Text);
        text[0] ^= 1;

        foreach (var bad in (SealedSecret[])[secret with { Text = Convert.ToBase64String(text) }, secret with { Text = "AA==" }, secret with { Nonce = "not base64" }, secret with { Sender = "AAAA" }])
        {
            Assert.ThrowsAny<CryptographicException>(() => SecretSeal.Open(_owner, bad));
        }
    }
}
