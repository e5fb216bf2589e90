using System.Runtime.InteropServices;
using FineTunePipeline.CpuTrainer.Models;
using FineTunePipeline.ModelFormats;

namespace FineTunePipeline.CpuTrainer.Results;

/// <summary>The last line on stderr of a run that failed: <c>Type: message</c>, in one line, with Python's name of the type where there is one.</summary>
internal static class ErrorText
{
    private const string NoSpace = "No space left on device";
    private const int DiskFull = 28;
    private const int HResultOfWindowsDiskFull = unchecked((int)0x80070070);

    public static string LastLine(Exception exception)
    {
        var (type, message) = Describe(exception);
        return $"{type}: {message.ReplaceLineEndings(" ").Trim()}";
    }

    private static (string Type, string Message) Describe(Exception exception) => exception switch
    {
        TrainerException known => (known.Type, known.Message),
        ModelException or InvalidModelFileException => ("ValueError", exception.Message),
        IOException full when IsDiskFull(full) => ("OSError", $"[Errno {DiskFull}] {(full.Message.StartsWith(NoSpace, StringComparison.Ordinal) ? "" : NoSpace + ": ")}{full.Message}"),
        FileNotFoundException missing => ("FileNotFoundError", $"[Errno 2] No such file or directory: '{missing.FileName}'"),
        DirectoryNotFoundException => ("FileNotFoundError", $"[Errno 2] {exception.Message}"),
        UnauthorizedAccessException => ("PermissionError", $"[Errno 13] Permission denied: {exception.Message}"),
        IOException => ("OSError", exception.Message),
        OutOfMemoryException => ("MemoryError", $"out of memory: {exception.Message}"),
        ExternalException native when native.Message.Contains("bad_alloc", StringComparison.Ordinal) => ("RuntimeError", "out of memory (std::bad_alloc)"),
        ExternalException native => ("RuntimeError", FirstLine(native.Message)),

        // A fault of this program: a type that does not end with Error says that no change of the input is asked for.
        _ => (exception.GetType().Name, exception.Message),
    };

    /// <summary>.NET gives the number of the operating system's error as the HResult.</summary>
    public static bool IsDiskFull(IOException exception) => exception.HResult is DiskFull or HResultOfWindowsDiskFull;

    /// <summary>libtorch adds a native stack trace.</summary>
    private static string FirstLine(string message) => message.Split('\n', 2)[0];
}
