using System.Text;

namespace FineTunePipeline.Hosts.Ssh.Commands;

/// <summary>Makes one word of a POSIX shell out of any text.</summary>
internal static class ShellQuote
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text in single quotes: in them a shell touches nothing.</summary>
    /// <exception cref="ArgumentException">It holds a zero byte, which no argument can, or half a surrogate pair, which has no bytes.</exception>
    public static string Quote(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("An argument, a path or a variable holds a zero byte; no program can be given that.", nameof(text));
        }

        try
        {
            Strict.GetByteCount(text);
        }
        catch (EncoderFallbackException exception)
        {
            throw new ArgumentException("An argument, a path or a variable holds half a surrogate pair; it cannot be written as UTF-8.", nameof(text), exception);
        }

        return $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
    }
}
