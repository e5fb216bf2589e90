using System.Text.Json;
using FineTunePipeline.TestKit;
using FineTunePipeline.Tokenization.Tokenizers;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Tokenization;

/// <summary>The tokenizer of <c>models/demo-base</c> against goldens of Hugging Face's own library (recipe beside them).</summary>
public sealed class DemoTokenizerTests : IDisposable
{
    private const int LeastTexts = 200;
    private static readonly JsonElement Goldens = JsonElement.Parse(File.ReadAllText(EnginePath.TestData("demo-tokenizer", "texts.json")));
    private readonly HuggingFaceTokenizer _tokenizer = HuggingFaceTokenizer.Load(Path.Combine(EnginePath.RepositoryRoot(), "models", "demo-base"));

    public void Dispose() => _tokenizer.Dispose();

    [Fact]
    public void Gives_the_ids_of_Hugging_Faces_own_library()
    {
        var goldens = Goldens.GetProperty("texts").EnumerateArray().ToList();

        Assert.InRange(goldens.Count, LeastTexts, int.MaxValue);
        Assert.All(goldens, golden => Assert.Equal(Ids(golden), _tokenizer.Encode(Text(golden, "text"))));
    }

    [Fact]
    public void Gives_the_text_of_Hugging_Faces_own_library_with_and_without_special_tokens() =>
        Assert.All(Goldens.GetProperty("texts").EnumerateArray(), golden =>
        {
            Assert.Equal(Text(golden, "decoded"), _tokenizer.Decode(Ids(golden), skipSpecialTokens: false));
            Assert.Equal(Text(golden, "decoded_without_special"), _tokenizer.Decode(Ids(golden), skipSpecialTokens: true));
        });

    private static int[] Ids(JsonElement golden) => [.. golden.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];

    private static string Text(JsonElement golden, string name) => golden.GetProperty(name).GetString()!;
}
