namespace FineTunePipeline.Hosts.Engines;

/// <summary>The end of what a program wrote: programs end with what stopped them.</summary>
internal static class LogTail
{
    /// <summary>The last lines that are not empty.</summary>
    public static string Of(string text, int lines) =>
        string.Join('\n', text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(lines));

    /// <summary>The last line of <see cref="Of"/>, for a sentence.</summary>
    public static string LastLine(string tail) => tail.Length == 0 ? "it wrote nothing." : tail.Split('\n')[^1];
}
