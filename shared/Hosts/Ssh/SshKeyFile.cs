using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Renci.SshNet;
using Renci.SshNet.Security;

namespace FineTunePipeline.Hosts.Ssh;

/// <summary>This installation's private key (<see cref="SshOptions.KeyFile"/>), made when it is first needed.</summary>
public static class SshKeyFile
{
    /// <summary>Makes the key (ECDSA P-256, readable by its owner alone) if there is none. Two who make it at once get the same.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static void Ensure(string path)
    {
        if (File.Exists(path))
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var partial = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(partial, options))
        {
            file.Write(Encoding.ASCII.GetBytes(key.ExportECPrivateKeyPem() + "\n"));
            file.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(partial, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another was faster: its key is ours as well.
            File.Delete(partial);
        }
    }

    /// <summary>The public half, as a line of <c>~/.ssh/authorized_keys</c>.</summary>
    public static string PublicLine(string path)
    {
        using var key = new PrivateKeyFile(path);
        var blob = key.HostKeyAlgorithms.OfType<KeyHostAlgorithm>().First().Data;
        var type = Encoding.ASCII.GetString(blob, sizeof(int), BinaryPrimitives.ReadInt32BigEndian(blob));
        return $"{type} {Convert.ToBase64String(blob)} finetune";
    }
}
