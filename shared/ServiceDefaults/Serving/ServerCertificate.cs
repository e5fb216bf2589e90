using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FineTunePipeline.ServiceDefaults.Configuration;
using Microsoft.Extensions.Configuration;

namespace FineTunePipeline.ServiceDefaults.Serving;

/// <summary>Looks whether the certificate that an https address needs can be read, as the server will: <c>Kestrel:Certificates:Default</c>.</summary>
internal static class ServerCertificate
{
    private const string Section = "Kestrel:Certificates:Default";

    /// <summary>What keeps https from being served; null if nothing does.</summary>
    public static string? FaultOf(IConfiguration configuration)
    {
        var set = configuration.GetSection(Section);
        if (set["Path"] is not { Length: > 0 } path)
        {
            return $"https needs a certificate. Set {Section}:Path ({EnvironmentName.Of(Section + ":Path")}) to a .pfx file and :Password "
                + "to its password, or to a .pem file and :KeyPath to its key; or serve http, behind a proxy that has a certificate";
        }

        try
        {
            using var certificate = Load(path, set["KeyPath"], set["Password"]);
            return certificate.HasPrivateKey ? null : $"the certificate {path} comes without its private key. Set {Section}:KeyPath to the file that holds it";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return $"the certificate {path} cannot be read: {exception.Message}. Look at {Section}:Path, :KeyPath and :Password";
        }
    }

    private static X509Certificate2 Load(string path, string? key, string? password) =>
        X509Certificate2.GetCertContentType(path) == X509ContentType.Pkcs12 ? X509CertificateLoader.LoadPkcs12FromFile(path, password)
        : key is null ? X509CertificateLoader.LoadCertificateFromFile(path)
        : password is null ? X509Certificate2.CreateFromPemFile(path, key)
        : X509Certificate2.CreateFromEncryptedPemFile(path, password, key);
}
