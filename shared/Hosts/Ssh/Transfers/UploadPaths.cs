using FineTunePipeline.Storage;

namespace FineTunePipeline.Hosts.Ssh.Transfers;

/// <summary>Where the files of an upload go.</summary>
internal static class UploadPaths
{
    /// <summary>Paths without empty parts; a file that is named twice is there once.</summary>
    /// <exception cref="ArgumentException">A path is not absolute, names a folder, or has a part that is <c>..</c>; a digest is none; one path is to hold two contents.</exception>
    public static IReadOnlyList<HostUpload> Check(IReadOnlyList<HostUpload> files)
    {
        var byPath = new Dictionary<string, HostUpload>(files.Count, StringComparer.Ordinal);
        foreach (var file in files)
        {
            var path = Normal(file.Path);
            if (!Digests.IsSha256(file.Sha256) || file.Bytes < 0)
            {
                throw new ArgumentException($"The file '{path}' has no SHA-256 or no length: '{file.Sha256}', {file.Bytes}.", nameof(files));
            }

            if (!byPath.TryAdd(path, file with { Path = path }) && byPath[path].Sha256 != file.Sha256)
            {
                throw new ArgumentException($"The path '{path}' is to hold two contents.", nameof(files));
            }
        }

        return [.. byPath.Values.OrderBy(file => file.Path, StringComparer.Ordinal)];
    }

    /// <summary>The folder that holds all these files, without a slash at its end; empty for the root.</summary>
    public static string CommonFolder(IEnumerable<HostUpload> files)
    {
        string? common = null;
        foreach (var file in files)
        {
            var folder = file.Path[..file.Path.LastIndexOf('/')];
            common ??= folder;
            while (folder != common && !folder.StartsWith(common + "/", StringComparison.Ordinal))
            {
                common = common[..common.LastIndexOf('/')];
            }
        }

        return common ?? "";
    }

    /// <summary>Under which name the blocks of a file gather, beside where it will be. The same for every call with the same content.</summary>
    public static string Partial(HostUpload file) => $"{file.Path[..(file.Path.LastIndexOf('/') + 1)]}{DurableFile.TemporaryPrefix}{Key(file)}";

    private static string Key(HostUpload file)
    {
        var name = System.Text.Encoding.UTF8.GetBytes($"{file.Path}\0{file.Bytes}\0{file.Sha256}");
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(name))[..32];
    }

    private static string Normal(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").ToList();
        return path.StartsWith('/') && !path.EndsWith('/') && parts.Count > 0 && parts[^1] == path[(path.LastIndexOf('/') + 1)..] && !parts.Contains("..")
            ? "/" + string.Join('/', parts)
            : throw new ArgumentException($"'{path}' is not an absolute path of a file.", nameof(path));
    }
}
