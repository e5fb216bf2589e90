using FineTunePipeline.Contracts.Artifacts;

namespace FineTunePipeline.Storage;

/// <summary>Manifests come from hubs and other people: a path in one must not reach outside the folder it is meant for.</summary>
public static class ManifestPaths
{
    private const int MaxLength = 1024;

    /// <summary>Null if the path is relative, has forward slashes and stays in its folder; otherwise what is wrong with it.</summary>
    public static string? FaultOf(string path)
    {
        if (string.IsNullOrEmpty(path) || path.Length > MaxLength)
        {
            return $"is empty or longer than {MaxLength} characters";
        }

        if (path.Contains('\\') || path.Contains(':') || path.Any(char.IsControl))
        {
            return "has a backslash, a colon or a control character";
        }

        return path.Split('/').Any(part => part is "" or "." or "..") ? "has an empty part, '.' or '..'" : null;
    }

    /// <summary>Throws unless every path is safe, no file is named twice, and none lies inside another file.</summary>
    /// <exception cref="ManifestInvalidException">With the path and what is wrong with it.</exception>
    public static void Check(Manifest manifest)
    {
        var paths = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in manifest.Files)
        {
            // JSON may hold null where the type has none.
            if (file is null)
            {
                throw new ManifestInvalidException("The manifest has an entry that is null.");
            }

            var fault = FaultOf(file.Path) ?? FaultOfFile(file) ?? (paths.Add(file.Path) ? null : "is named twice");
            if (fault is not null)
            {
                throw new ManifestInvalidException($"The manifest names a file '{file.Path}' that {fault}.");
            }
        }

        foreach (var path in paths)
        {
            for (var slash = path.IndexOf('/'); slash > 0; slash = path.IndexOf('/', slash + 1))
            {
                if (paths.Contains(path[..slash]))
                {
                    throw new ManifestInvalidException($"The manifest names '{path[..slash]}' both as a file and as a folder.");
                }
            }
        }
    }

    private static string? FaultOfFile(ManifestFile file) =>
        file.Bytes < 0 ? "has a negative length"
        : Digests.IsSha256(file.Sha256) ? null
        : $"has a digest that is no SHA-256 ('{file.Sha256}')";
}
