namespace FineTunePipeline.CpuTrainer.Results;

/// <summary>
/// An error that the user can do something about. It ends the program with exit code 1 and the last line <c>Type: message</c> on stderr, where the type is the
/// one that LLaMA-Factory reports for the same fault: what reads the errors of one trainer reads those of the other.
/// </summary>
internal sealed class TrainerException : Exception
{
    public TrainerException(string type, string message, string? hint = null, Exception? inner = null)
        : base(message, inner)
    {
        Type = type;
        Hint = hint;
    }

    /// <summary>The Python name of the error: <c>ValueError</c>, <c>OSError</c> and so on.</summary>
    public string Type { get; }

    /// <summary>What to change, on the line before the last; null if the message says it.</summary>
    public string? Hint { get; }

    public static TrainerException Value(string message, string? hint = null) => new("ValueError", message, hint);
}
