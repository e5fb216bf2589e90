namespace FineTunePipeline.Hosts.Ssh.Transfers;

/// <summary>What a program on the host said, short enough for a message.</summary>
internal static class UploadText
{
    private const int Lines = 3;
    private const int MostLetters = 600;

    /// <summary>The last lines: programs end with what stopped them.</summary>
    public static string Brief(string said)
    {
        var last = string.Join("; ", said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(Lines));
        return last.Length <= MostLetters ? last : "…" + last[^MostLetters..];
    }
}
