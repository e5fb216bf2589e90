using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FineTunePipeline.IntegrationTests.ModelTools;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Standalone;

/// <summary>An https address: served with the certificate that is set, or refused in words before anything starts.</summary>
public sealed class SecureAddressTests : IDisposable
{
    private readonly TemporaryFolder _files = new();
    private readonly X509Certificate2 _certificate;

    public SecureAddressTests()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        _certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(_files.File("cert.pem"), _certificate.ExportCertificatePem());
        File.WriteAllText(_files.File("key.pem"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllBytes(_files.File("cert.pfx"), _certificate.Export(X509ContentType.Pfx, "secret"));
        File.WriteAllText(_files.File("text.pem"), "no certificate");
    }

    [Theory]
    [InlineData("cert.pem", "KeyPath", "key.pem")]
    [InlineData("cert.pfx", "Password", "secret")]
    public async Task Serves_with_the_certificate_that_is_set(string file, string setting, string value)
    {
        await using var program = Start(file, setting, value);
        var address = await program.AddressAsync();
        using var handler = new HttpClientHandler();
        handler.ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown?.Thumbprint == _certificate.Thumbprint;
        using var client = new HttpClient(handler);

        Assert.Equal(Uri.UriSchemeHttps, address.Scheme);
        Assert.Contains("healthy", await client.GetStringAsync(new Uri(address, "/health/live")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "", "", "https needs a certificate. Set Kestrel:Certificates:Default:Path (FINETUNE__Kestrel__Certificates__Default__Path) to a .pfx file")]
    [InlineData("absent.pem", "", "", "absent.pem cannot be read: ")]
    [InlineData("text.pem", "", "", "text.pem cannot be read: ")]
    [InlineData("cert.pem", "", "", "cert.pem comes without its private key. Set Kestrel:Certificates:Default:KeyPath")]
    [InlineData("cert.pem", "KeyPath", "cert.pem", "cert.pem cannot be read: ")]
    [InlineData("cert.pfx", "Password", "wrong", "cert.pfx cannot be read: ")]
    public async Task Says_what_keeps_it_from_being_served(string? file, string setting, string value, string told)
    {
        await using var program = Start(file, setting, value);

        Assert.Equal(1, await program.ExitCodeAsync());

        Assert.StartsWith("https://127.0.0.1:0 cannot be served: ", program.Said, StringComparison.Ordinal);
        Assert.Contains(told, program.Said, StringComparison.Ordinal);
        Assert.Equal(1, program.Said.Count(letter => letter == '\n'));
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _files.Dispose();
    }

    private StandaloneProgram Start(string? file, string setting, string value) => StandaloneProgram.Start(_files.File("home"),
    [
        "serve", "--urls", "https://127.0.0.1:0",
        .. file is null ? [] : new[] { $"--Kestrel:Certificates:Default:Path={_files.File(file)}" },
        .. setting.Length == 0 ? [] : new[] { $"--Kestrel:Certificates:Default:{setting}={(setting == "Password" ? value : _files.File(value))}" },
    ]);
}
