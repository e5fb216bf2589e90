using System.Globalization;
using System.Security.Cryptography;
using FineTunePipeline.Hosts;

namespace FineTunePipeline.Benchmarks.Upload;

/// <summary>Files to bring to a host: a folder on this computer, with the digest of each.</summary>
internal sealed class UploadSource
{
    private const int FilesPerFolder = 20;

    private readonly List<(string Path, long Bytes, string Sha256)> _files = [];

    private UploadSource(string folder) => Folder = folder;

    public string Folder { get; }

    public long Bytes => _files.Sum(file => file.Bytes);

    /// <summary>One file of random bytes.</summary>
    public static UploadSource Large(string folder, int megabytes)
    {
        var source = new UploadSource(folder);
        Directory.CreateDirectory(folder);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (var file = File.Create(Path.Combine(folder, "model.safetensors")))
        {
            var random = new Random(1);
            var piece = new byte[1_000_000];
            for (var i = 0; i < megabytes; i++)
            {
                random.NextBytes(piece);
                hash.AppendData(piece);
                file.Write(piece);
            }
        }

        source._files.Add(("model.safetensors", megabytes * 1_000_000L, Convert.ToHexStringLower(hash.GetHashAndReset())));
        return source;
    }

    /// <summary>Files of 1 to 40 KB in folders of folders, as a repository has them; most are short.</summary>
    public static UploadSource Small(string folder, int count)
    {
        var source = new UploadSource(folder);
        var random = new Random(2);
        for (var i = 0; i < count; i++)
        {
            var number = i / FilesPerFolder;
            var path = string.Create(CultureInfo.InvariantCulture, $"package-{number % 10}/module-{number}/file-{i}.py");
            var content = new byte[(int)(1000 * Math.Exp(random.NextDouble() * Math.Log(40)))];
            random.NextBytes(content);
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, path))!);
            File.WriteAllBytes(Path.Combine(folder, path), content);
            source._files.Add((path, content.Length, Convert.ToHexStringLower(SHA256.HashData(content))));
        }

        return source;
    }

    /// <summary>As our upload takes them.</summary>
    public IReadOnlyList<HostUpload> Uploads(string target) =>
    [
        .. _files.Select(file => new HostUpload
        {
            Path = $"{target}/{file.Path}",
            Bytes = file.Bytes,
            Sha256 = file.Sha256,
            OpenAsync = _ => Task.FromResult<Stream>(
                new FileStream(Path.Combine(Folder, file.Path), FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous | FileOptions.SequentialScan)),
        }),
    ];

    /// <summary>Throws if a file of the copy is missing or another, or one is there that should not be.</summary>
    public void Verify(string copy)
    {
        foreach (var file in _files)
        {
            using var stream = File.OpenRead(Path.Combine(copy, file.Path));
            if (Convert.ToHexStringLower(SHA256.HashData(stream)) != file.Sha256)
            {
                throw new InvalidDataException($"The copy of {file.Path} in {copy} is not what was sent.");
            }
        }

        var there = Directory.EnumerateFiles(copy, "*", SearchOption.AllDirectories).Count();
        if (there != _files.Count)
        {
            throw new InvalidDataException($"{copy} holds {there} files, and {_files.Count} were sent.");
        }
    }
}
