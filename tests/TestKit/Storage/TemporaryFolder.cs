namespace FineTunePipeline.TestKit.Storage;

/// <summary>A folder of its own for one test, removed at the end.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Directory.CreateDirectory(Path);

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "finetune-test-" + Guid.NewGuid().ToString("N")[..12]);

    public string At(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Writes a small file, with the folders above it, and returns its path.</summary>
    public string Write(string relative, string text)
    {
        var path = At(relative);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Copies the files of a folder, not those below it.</summary>
    public void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(At(to));
        foreach (var file in Directory.EnumerateFiles(At(from)))
        {
            File.Copy(file, System.IO.Path.Combine(At(to), System.IO.Path.GetFileName(file)));
        }
    }

    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
