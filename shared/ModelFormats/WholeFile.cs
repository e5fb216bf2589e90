namespace FineTunePipeline.ModelFormats;

/// <summary>Writes a file so that its name never shows half of it: temporary name beside it, flush to the disk, rename; deleted when anything fails.</summary>
internal static class WholeFile
{
    public static void Write(string path, Action<FileStream> write)
    {
        var temporary = TemporaryName(path);
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>In the same folder, so that the rename stays inside one file system; hidden, so that no listing takes it for a model file.</summary>
    public static string TemporaryName(string path)
    {
        var full = Path.GetFullPath(path);
        return Path.Combine(Path.GetDirectoryName(full)!, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp");
    }
}
