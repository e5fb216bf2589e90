using System.Text.Json;
using FineTunePipeline.Tokenization.Tokenizers;
using Xunit;

namespace FineTunePipeline.UnitTests.Tokenization;

/// <summary>What is read and rewritten before the native library sees a tokenizer.json.</summary>
public sealed class TokenizerFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("finetune-test-");

    [Fact]
    public void The_copy_neither_cuts_nor_pads_nor_adds_nor_hides_tokens()
    {
        var file = Read("""
            {"truncation": {"max_length": 2, "stride": 5}, "padding": {"x": 1}, "post_processor": {"type": "TemplateProcessing"},
             "added_tokens": [{"id": 3, "content": "<s>", "special": true, "lstrip": true}, {"id": 4, "content": "<tool>", "special": false}],
             "normalizer": {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
             "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
               {"type": "Split", "pattern": {"Regex": "(a+)+$"}}, {"type": "Split", "pattern": {"String": "x"}}]},
             "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "é\u0000\"": 2}, "merges": []}}
            """);
        Assert.Equal(new HashSet<int> { 3 }, file.SpecialIds);
        Assert.Equal([0, 1, 2, 3, 4], new[] { "a", "b", "é\0\"", "<s>", "<tool>" }.Select(token => file.Ids[token]));
        Assert.Equal([" {2,}", "(a+)+$"], file.Regexes);
        using var copy = JsonDocument.Parse(file.PlainCopy);
        var root = copy.RootElement;
        Assert.All(["truncation", "padding", "post_processor"], name => Assert.Equal(JsonValueKind.Null, root.GetProperty(name).ValueKind));
        Assert.All(root.GetProperty("added_tokens").EnumerateArray(), token => Assert.False(token.GetProperty("special").GetBoolean()));
        Assert.True(root.GetProperty("added_tokens")[0].GetProperty("lstrip").GetBoolean());
        Assert.Equal(2, root.GetProperty("model").GetProperty("vocab").GetProperty("é\0\"").GetInt32());
    }

    [Fact]
    public void Reads_the_vocabulary_of_a_Unigram_model()
    {
        var file = Read("""{"model": {"type": "Unigram", "vocab": [["<unk>", 0.0], ["a", -1.5]]}}""");
        Assert.Equal((0, 1), (file.Ids["<unk>"], file.Ids["a"]));
    }

    [Theory]
    [InlineData("", "not valid JSON (line 1")]
    [InlineData("{\n\"model\": {\n", "not valid JSON (line 3")]
    [InlineData("[]", "no \"model\"")]
    [InlineData("{\"model\": 5}", "no \"model\"")]
    [InlineData("{\"model\": {}}", "no \"model.vocab\"")]
    [InlineData("{\"model\": {\"vocab\": {}}}", "empty vocabulary")]
    [InlineData("{\"model\": {\"vocab\": {\"a\": -1}}}", "-1 is not a token id")]
    [InlineData("{\"model\": {\"vocab\": {\"a\": 99999999999}}}", "99999999999 is not a token id")]
    [InlineData("{\"model\": {\"vocab\": {\"a\": 1.5}}}", "1.5 is not a token id")]
    [InlineData("{\"model\": {\"vocab\": {\"a\": \"x\"}}}", "is not a token id")]
    [InlineData("{\"model\": {\"vocab\": 7}}", "not a tokenizer of Hugging Face's format")]
    [InlineData("{\"model\": {\"vocab\": [\"a\"]}}", "not a tokenizer of Hugging Face's format")]
    [InlineData("{\"model\": {\"vocab\": {\"a\": 0}}, \"added_tokens\": [5]}", "not a tokenizer of Hugging Face's format")]
    [InlineData("{\"model\": {\"vocab\": {\"a\": 0}}, \"added_tokens\": [{\"content\": \"x\"}]}", "not a tokenizer of Hugging Face's format")]
    [InlineData("{\"model\": {\"vocab\": {\"a\": 0}}, \"added_tokens\": [{\"id\": 1, \"content\": null}]}", "not a tokenizer of Hugging Face's format")]
    public void Says_what_is_wrong_with_a_file(string json, string expected)
    {
        var error = Assert.Throws<TokenizerLoadException>(() => Read(json));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_file_nested_without_end() =>
        Assert.Throws<TokenizerLoadException>(() => Read("{\"model\": " + new string('[', 3000) + new string(']', 3000) + "}"));

    [Fact]
    public void Knows_the_expressions_of_the_models_in_the_repository()
    {
        foreach (var folder in Directory.GetDirectories(Path.Combine(TokenizationFiles.Data, "tokenizers")))
        {
            var path = Path.Combine(folder, "tokenizer.json");
            if (File.Exists(path))
                Assert.All(TokenizerFile.Read(path).Regexes, regex => Assert.True(KnownRegexes.Contains(regex), regex));
        }

        Assert.False(KnownRegexes.Contains("(a+)+$"));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private TokenizerFile Read(string json)
    {
        var path = Path.Combine(_folder.FullName, "tokenizer.json");
        File.WriteAllText(path, json);
        return TokenizerFile.Read(path);
    }
}
