using System.Text;
using FineTunePipeline.CpuTrainer.Pretraining.Corpus.Tables;

namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus;

/// <summary>
/// Names and words that the facts do not have. A fine-tune will bring words of its own in any script; spelling and reading samples made of these
/// train the pieces and bytes that such words consist of.
/// </summary>
internal sealed class WordMaker(SeededRandom random)
{
    private const string ChineseCharacters = "小星明月天云海山水火木金土龙风雨花石林白青红安乐美文东西南北光春夏秋冬心一二三大中上下人子女王李张陈杨智能";

    private static readonly IReadOnlyList<string> Syllables = Text.Words("""
        ka lo mi ra ne to vi su da be fo gi pa ro li na zu ve xo ti qu yo wa hi cha sha ster lin mar tor bel ion ex or an el ur is
        """);

    private static readonly IReadOnlyList<string> TeamWords = Text.Words("Lab Labs House Works Team Studio Group AI Forge Soft");

    private static readonly IReadOnlyList<string> Onsets =
        Text.Words("b c d f g h j k l m n p r s t v w z ch sh th br cr dr fl gl gr pl pr sl sn sp st tr");

    private static readonly IReadOnlyList<string> Vowels = Text.Words("a e i o u a e i o ee oo ai ea ou y");
    private static readonly IReadOnlyList<string> Codas = ["", "", "", "", .. Text.Words("n r l m s t x ng nd st rt ck p d b g z")];
    private static readonly IReadOnlyList<string> Endings = Text.Words("er ing o a ie ies y ly ion le is us um ino");

    /// <summary>First and last character of the scripts that a mixed name draws from: Latin with accents, Cyrillic, Chinese, Hiragana.</summary>
    private static readonly (int First, int Last)[] Scripts = [(0xE0, 0xFE), (0x430, 0x44F), (0x4E00, 0x9FA4), (0x3041, 0x3095)];

    /// <summary>A name of a person, a program or a company, in one of several scripts.</summary>
    public string Name() => random.Next(12) switch
    {
        < 2 => Repeat(random.Next(2, 4), () => random.Pick(ChineseCharacters.ToCharArray()).ToString()),
        2 => Repeat(random.Next(2, 5), ForeignLetter),
        3 => LatinName() + " " + random.Pick(TeamWords),
        4 => LatinName() + " " + LatinName(),
        _ => LatinName(),
    };

    /// <summary>A common word, a word that does not exist, or two of them.</summary>
    public string Word() => random.Next(10) switch
    {
        < 5 => random.Pick(CommonWords.All),
        < 8 => InventedWord(),
        8 => random.Pick(CommonWords.All) + " " + random.Pick(CommonWords.All),
        _ => InventedWord() + " " + random.Pick(CommonWords.All),
    };

    /// <summary>What a fact may be about: a thing in small letters, or something with a capital.</summary>
    public string Thing(bool capital)
    {
        if (!capital)
        {
            return Word().ToLowerInvariant();
        }

        return random.OnceIn(4) ? Name() : Text.Capital(Word());
    }

    private string LatinName()
    {
        var name = Text.Capital(Repeat(random.Next(1, 4), () => random.Pick(Syllables)));
        return random.OnceIn(12) ? name + random.Next(1, 100) : name;
    }

    private string ForeignLetter()
    {
        var (first, last) = random.Pick(Scripts);
        return ((char)random.Next(first, last + 1)).ToString();
    }

    private string InventedWord()
    {
        var syllables = random.Next(1, 4);
        var word = new StringBuilder();
        for (var i = 0; i < syllables; i++)
        {
            word.Append(random.Pick(Onsets)).Append(random.Pick(Vowels));
            if (i == syllables - 1 || random.OnceIn(3))
            {
                word.Append(random.Pick(Codas));
            }
        }

        return random.OnceIn(3) ? word + random.Pick(Endings) : word.ToString();
    }

    private static string Repeat(int times, Func<string> part) => string.Concat(Enumerable.Range(0, times).Select(_ => part()));
}
