namespace FineTunePipeline.ModelFormats.Merging;

/// <summary>Fills a folder under a temporary name beside its place and renames it, so that a model folder is never half there.</summary>
internal static class ModelFolderWriter
{
    /// <param name="folder">Must not exist, be empty, or hold nothing but files of a model that may be replaced.</param>
    /// <param name="mayReplace">Whether what is in the folder is an earlier result of the same work.</param>
    /// <param name="fill">Writes into the folder that it is given.</param>
    public static T Write<T>(string folder, Func<string, bool> mayReplace, Func<string, T> fill)
    {
        var place = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        RefuseToReplace(place, mayReplace);
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        var temporary = WholeFile.TemporaryName(place);
        Directory.CreateDirectory(temporary);
        try
        {
            var result = fill(temporary);
            foreach (var file in Directory.EnumerateFiles(temporary))
            {
                using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
                RandomAccess.FlushToDisk(handle);
            }

            Replace(temporary, place);
            return result;
        }
        finally
        {
            if (Directory.Exists(temporary))
            {
                Directory.Delete(temporary, recursive: true);
            }
        }
    }

    private static void RefuseToReplace(string place, Func<string, bool> mayReplace)
    {
        if (File.Exists(place))
        {
            throw new InvalidModelFileException(place, "the output folder is a file; choose another place");
        }

        if (!Directory.Exists(place) || !Directory.EnumerateFileSystemEntries(place).Any())
        {
            return;
        }

        if (Directory.EnumerateFileSystemEntries(place).FirstOrDefault(entry => !BelongsToModel(entry)) is { } other)
        {
            throw new InvalidModelFileException(place, $"the output folder holds {Path.GetFileName(other)}, which is no file of a model; choose an empty folder");
        }

        if (!mayReplace(place))
        {
            throw new InvalidModelFileException(place, "the output folder holds another model; choose an empty folder, or delete it first");
        }
    }

    private static bool BelongsToModel(string entry)
    {
        var name = Path.GetFileName(entry);
        return File.Exists(entry)
            && (Path.GetExtension(name) is ".safetensors" or ".json" or ".jinja" or ".model" || name is "Modelfile" or "merges.txt" or "README.md");
    }

    private static void Replace(string temporary, string place)
    {
        if (!Directory.Exists(place))
        {
            Directory.Move(temporary, place);
            return;
        }

        var old = WholeFile.TemporaryName(place);
        Directory.Move(place, old);
        try
        {
            Directory.Move(temporary, place);
        }
        catch
        {
            Directory.Move(old, place);
            throw;
        }

        Directory.Delete(old, recursive: true);
    }
}
