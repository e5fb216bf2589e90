namespace FineTunePipeline.ModelTools.Running;

/// <summary>A failure that the caller can do something about; it becomes the last line of standard error and the exit code.</summary>
/// <param name="code">For programs, in snake case.</param>
/// <param name="exitCode">One of <see cref="ExitCodes"/>.</param>
/// <param name="message">For people: what is wrong and what to change.</param>
internal sealed class EngineException(string code, int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;

    public int ExitCode { get; } = exitCode;

    public static EngineException Usage(string message) => new("wrong_usage", ExitCodes.WrongUsage, message);

    public static EngineException BadInput(string code, string message, Exception? inner = null) => new(code, ExitCodes.BadInput, message, inner);

    public static EngineException NotWritable(string code, string message, Exception? inner = null) => new(code, ExitCodes.NotWritable, message, inner);
}
