namespace FineTunePipeline.ModelFormats;

/// <summary>
/// A model file or folder that cannot be used. The message names the file, what is wrong with it and what to do; no other exception than this one (and I/O
/// errors of the operating system) leaves the readers of this project, whatever the bytes are.
/// </summary>
public sealed class InvalidModelFileException(string path, string message, Exception? innerException = null)
    : Exception($"{path}: {message}", innerException)
{
    /// <summary>The file or folder that the message is about.</summary>
    public string Path { get; } = path;
}
