using System.Text;

namespace FineTunePipeline.Storage;

/// <summary>A small file that only its owner may read, made once.</summary>
public static class PrivateFile
{
    /// <summary>Writes the file if there is none. Of two who make it at once, one's is kept, and both find that.</summary>
    /// <param name="path">Its folder is made.</param>
    /// <param name="content">Asked only where there is no file.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static void Ensure(string path, Func<string> content)
    {
        if (File.Exists(path))
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var partial = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(partial, options))
        {
            file.Write(Encoding.UTF8.GetBytes(content()));
            file.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(partial, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(partial);
        }
    }
}
