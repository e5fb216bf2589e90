using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using FineTunePipeline.Storage;
using Renci.SshNet;
using Renci.SshNet.Security;

namespace FineTunePipeline.Hosts.Ssh;

/// <summary>This installation's private key (<see cref="SshOptions.KeyFile"/>), made when it is first needed.</summary>
public static class SshKeyFile
{
    /// <summary>Makes the key (ECDSA P-256, readable by its owner alone) if there is none. Two who make it at once get the same.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static Task EnsureAsync(string path, CancellationToken cancellationToken) => DurableFile.EnsurePrivateAsync(
        path,
        () =>
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return key.ExportECPrivateKeyPem() + "\n";
        },
        cancellationToken);

    /// <summary>The public half, as a line of <c>~/.ssh/authorized_keys</c>.</summary>
    public static string PublicLine(string path)
    {
        using var key = new PrivateKeyFile(path);
        var blob = key.HostKeyAlgorithms.OfType<KeyHostAlgorithm>().First().Data;
        var type = Encoding.ASCII.GetString(blob, sizeof(int), BinaryPrimitives.ReadInt32BigEndian(blob));
        return $"{type} {Convert.ToBase64String(blob)} finetune";
    }
}
