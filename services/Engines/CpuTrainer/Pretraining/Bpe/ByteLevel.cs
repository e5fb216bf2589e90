using System.Text;
using System.Text.RegularExpressions;

namespace FineTunePipeline.CpuTrainer.Pretraining.Bpe;

/// <summary>GPT-2's first two steps: text is cut into words, and each byte of a word is written as one visible character.</summary>
internal static partial class ByteLevel
{
    /// <summary>The characters of the bytes 0 to 255: printable Latin-1 stands for itself, all others are moved to U+0100 and up.</summary>
    public static readonly IReadOnlyList<char> Characters = BuildCharacters();

    private static readonly Dictionary<char, byte> Bytes =
        Characters.Select((character, value) => (character, value)).ToDictionary(pair => pair.character, pair => (byte)pair.value);

    /// <summary>The words of a text, in byte characters.</summary>
    public static IEnumerable<string> Words(string text) => Word().Matches(text).Select(match => Encode(match.Value));

    public static string Encode(string text) => string.Create(Encoding.UTF8.GetByteCount(text), text, static (characters, source) =>
    {
        var bytes = Encoding.UTF8.GetBytes(source);
        for (var i = 0; i < bytes.Length; i++)
        {
            characters[i] = Characters[bytes[i]];
        }
    });

    public static string Decode(string characters) => Encoding.UTF8.GetString([.. characters.Select(character => Bytes[character])]);

    private static char[] BuildCharacters()
    {
        var moved = 0;
        return [.. Enumerable.Range(0, 256).Select(value => IsPrintable(value) ? (char)value : (char)(256 + moved++))];
    }

    private static bool IsPrintable(int value) => value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);

    /// <summary>GPT-2's expression, which llama.cpp knows as pre-tokenizer "gpt-2".</summary>
    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
