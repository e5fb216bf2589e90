using System.Security.Cryptography;
using System.Text;
using FineTunePipeline.Hosts;

namespace FineTunePipeline.TestKit.Hosts;

/// <summary>Files to bring to a host, from memory.</summary>
public static class UploadFiles
{
    public static HostUpload Of(string path, byte[] content) => new()
    {
        Path = path,
        Bytes = content.Length,
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(content)),
        OpenAsync = _ => Task.FromResult<Stream>(new MemoryStream(content, writable: false)),
    };

    public static HostUpload Of(string path, string content) => Of(path, Encoding.UTF8.GetBytes(content));

    /// <summary>A file whose content must not be asked for.</summary>
    public static HostUpload Unopened(this HostUpload file) =>
        file with { OpenAsync = _ => throw new InvalidOperationException($"The content of {file.Path} was asked for, and it is on the host already.") };

    public static byte[] Random(int bytes, int seed)
    {
        var content = new byte[bytes];
        new Random(seed).NextBytes(content);
        return content;
    }
}
