namespace FineTunePipeline.Storage;

/// <summary>Which files of a folder count.</summary>
public static class FolderFiles
{
    /// <summary>
    /// Paths of all files below a folder, relative, with forward slashes, sorted. Hidden files are among them, unfinished ones
    /// (<see cref="DurableFile.TemporaryPrefix"/>) are not. Links to files are followed, links to folders are not: they could lead in a circle.
    /// A subfolder that goes away while we look is left out.
    /// </summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static IReadOnlyList<string> Below(string folder)
    {
        var options = new EnumerationOptions { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };
        var files = new List<string>();
        var root = new DirectoryInfo(folder);
        var pending = new Stack<DirectoryInfo>([root]);
        while (pending.TryPop(out var next))
        {
            foreach (var entry in Entries(next, options, mayBeGone: next != root))
            {
                if (entry is DirectoryInfo child)
                {
                    if (child.LinkTarget is null)
                    {
                        pending.Push(child);
                    }
                }
                else if (!entry.Name.StartsWith(DurableFile.TemporaryPrefix, StringComparison.Ordinal))
                {
                    files.Add(Path.GetRelativePath(folder, entry.FullName).Replace(Path.DirectorySeparatorChar, '/'));
                }
            }
        }

        files.Sort(StringComparer.Ordinal);
        return files;
    }

    private static FileSystemInfo[] Entries(DirectoryInfo folder, EnumerationOptions options, bool mayBeGone)
    {
        try
        {
            return folder.GetFileSystemInfos("*", options);
        }
        catch (DirectoryNotFoundException) when (mayBeGone)
        {
            return [];
        }
    }
}
