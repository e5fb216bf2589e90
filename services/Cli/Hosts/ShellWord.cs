namespace FineTunePipeline.Cli.Hosts;

/// <summary>Makes one word of a shell out of any text.</summary>
internal static class ShellWord
{
    /// <summary>In single quotes a shell touches nothing.</summary>
    public static string Of(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
