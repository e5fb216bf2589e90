namespace FineTunePipeline.CpuTrainer.Results;

/// <summary>Keeps two trainers from writing into one folder. The operating system gives it back, however the program ends.</summary>
internal sealed class OutputLock : IDisposable
{
    private const string Name = ".trainer.lock";

    private readonly FileStream _file;

    private OutputLock(FileStream file) => _file = file;

    /// <summary>Creates the folder if it is not there.</summary>
    /// <exception cref="TrainerException">Another trainer holds it.</exception>
    public static OutputLock Take(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, Name);
        try
        {
            return new OutputLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose));
        }
        catch (IOException exception) when (File.Exists(path) && !ErrorText.IsDiskFull(exception))
        {
            throw new TrainerException("OSError", $"Another trainer is writing into {folder}: wait for it, or choose another output_dir.", inner: exception);
        }
    }

    public void Dispose() => _file.Dispose();
}
