using FineTunePipeline.Tokenization.ChatTemplates;
using FineTunePipeline.Tokenization.Tokenizers;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Tokenization;

/// <summary>Model folders with files missing, odd or wrong.</summary>
public sealed class ModelFolderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("finetune-test-");

    public ModelFolderTests()
    {
        foreach (var file in Directory.GetFiles(TokenizerFolders.Path("tiny-qwen3")))
            File.Copy(file, At(Path.GetFileName(file)));
    }

    [Fact]
    public void Says_which_file_a_folder_lacks()
    {
        File.Delete(At("tokenizer.json"));
        Assert.Contains("has no tokenizer.json", Fails<TokenizerLoadException>(), StringComparison.Ordinal);
        File.WriteAllText(At("tokenizer.model"), "x");
        Assert.Contains("save the tokenizer with transformers", Fails<TokenizerLoadException>(), StringComparison.Ordinal);
        foreach (var load in new Action[] { () => HuggingFaceTokenizer.Load(At("nowhere")), () => ModelChat.Load(At("nowhere")) })
            Assert.Contains("nowhere does not exist", Assert.Throws<TokenizerLoadException>(load).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [\"a b\"]}}")]
    [InlineData("{\"model\": {\"type\": \"Nothing\", \"vocab\": {\"a\": 0}}}")]
    [InlineData("{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": []}, \"pre_tokenizer\": "
        + "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"(\"}, \"behavior\": \"Isolated\", \"invert\": false}}")]
    public void Says_what_the_library_refuses(string json)
    {
        File.WriteAllText(At("tokenizer.json"), json);
        Assert.Contains("cannot be used", Fails<TokenizerLoadException>(), StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_unknown_expressions_when_told_so()
    {
        var json = File.ReadAllText(At("tokenizer.json"));
        File.WriteAllText(At("tokenizer.json"), json.Replace("(?i:'s", "(?i:'x|'s", StringComparison.Ordinal));
        var strict = new TokenizerOptions { AllowUnknownRegex = false };
        var error = Assert.Throws<TokenizerLoadException>(() => HuggingFaceTokenizer.Load(_folder.FullName, strict));
        Assert.Contains("not known to be harmless", error.Message, StringComparison.Ordinal);
        using var tokenizer = HuggingFaceTokenizer.Load(_folder.FullName);
        Assert.Single(tokenizer.UnknownRegexes);
    }

    [Fact]
    public void Takes_the_template_of_tokenizer_config_as_text_or_as_list()
    {
        File.Delete(At("chat_template.jinja"));
        Assert.Contains("has no chat template", Fails<ChatTemplateException>(), StringComparison.Ordinal);
        File.WriteAllText(At("tokenizer_config.json"), """{"eos_token": {"content": "<|im_end|>"}, "chat_template": "T{{ messages[0].content }}"}""");
        Assert.Equal("Tx", Render());
        File.WriteAllText(At("tokenizer_config.json"), """
            {"chat_template": [{"name": "tool_use", "template": "wrong"}, {"name": "default", "template": "D{{ messages[0].content }}"}]}
            """);
        Assert.Equal("Dx", Render());
    }

    [Fact]
    public void Says_where_a_faulty_template_or_config_is_wrong()
    {
        File.WriteAllText(At("chat_template.jinja"), "\n{% if %}");
        Assert.Contains("line 2", Fails<ChatTemplateException>(), StringComparison.Ordinal);
        File.Copy(Path.Combine(TokenizerFolders.Path("tiny-qwen3"), "chat_template.jinja"), At("chat_template.jinja"), overwrite: true);
        File.WriteAllText(At("generation_config.json"), "{\n\"eos_token_id\": ");
        Assert.Contains("generation_config.json is not valid JSON (line 2)", Fails<TokenizerLoadException>(), StringComparison.Ordinal);
    }

    [Fact]
    public void Collects_every_end_token_of_the_files()
    {
        File.WriteAllText(At("generation_config.json"), """{"eos_token_id": [2041, 2039], "bos_token_id": null}""");
        using var chat = ModelChat.Load(_folder.FullName);
        Assert.Equal(new HashSet<int> { 2039, 2041 }, chat.StopIds);
        Assert.Equal(2041, chat.EosId);
    }

    [Fact]
    public void Names_the_nearest_template()
    {
        var error = Assert.Throws<ChatTemplateException>(() => ModelChat.Load(_folder.FullName, "qwen33"));
        Assert.StartsWith("Template qwen33 does not exist. Did you mean qwen3?", error.Reason, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private string Fails<TError>()
        where TError : Exception => Assert.Throws<TError>(() => ModelChat.Load(_folder.FullName)).Message;

    private string Render()
    {
        using var chat = ModelChat.Load(_folder.FullName);
        return chat.Render([new("user", "x")], addGenerationPrompt: true);
    }
}
