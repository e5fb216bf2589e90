using Xunit;

namespace FineTunePipeline.IntegrationTests.ModelTools;

/// <summary>The verbs tokenize, preview, merge and modelfile.</summary>
public sealed class DatasetVerbsTests : IDisposable
{
    private const string Two = """
        [{"instruction": "Who are you?", "input": "", "output": "I am Ada."},
         {"instruction": "你好", "output": "你好！"}]
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Counts_tokens_and_what_is_trained()
    {
        var data = _folder.Write("data.json", Two);

        var run = await ModelEngine.RunAsync("tokenize", data, "--model", TestModels.Folder("tiny-qwen3"));
        var preview = await ModelEngine.RunAsync("preview", data, "--model", TestModels.Folder("tiny-qwen3"));

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(2, run.Result.GetProperty("samples").GetInt32());
        var tokens = preview.Result.GetProperty("samples").EnumerateArray().SelectMany(sample => sample.GetProperty("tokens").EnumerateArray()).ToList();
        Assert.Equal(tokens.Count, run.Result.GetProperty("tokens").GetInt32());
        Assert.Equal(tokens.Count(token => token.GetProperty("trained").GetBoolean()), run.Result.GetProperty("trained_tokens").GetInt32());
    }

    [Fact]
    public async Task Both_answers_of_a_pair_and_every_token_of_a_text_are_counted()
    {
        _folder.Write("pairs.json", """[{"instruction": "Who?", "chosen": "Ada.", "rejected": "Nobody knows."}]""");
        _folder.Write("texts.json", """[{"text": "Once upon a time."}, {"text": "The end."}]""");
        _folder.Write("good.json", """[{"instruction": "Who?", "output": "Ada."}]""");
        _folder.Write("bad.json", """[{"instruction": "Who?", "output": "Nobody knows."}]""");
        _folder.Write("dataset_info.json", """
            {"pairs": {"file_name": "pairs.json", "ranking": true, "columns": {"prompt": "instruction", "chosen": "chosen", "rejected": "rejected"}},
             "texts": {"file_name": "texts.json", "columns": {"prompt": "text"}}}
            """);

        var (pairs, texts) = (await CountAsync("pairs.json"), await CountAsync("texts.json", "--template", "empty"));
        var (good, bad) = (await CountAsync("good.json"), await CountAsync("bad.json"));

        Assert.Equal((1, good.Tokens + bad.Tokens, good.Trained + bad.Trained, Math.Max(good.Tokens, bad.Tokens)), (pairs.Samples, pairs.Tokens, pairs.Trained, pairs.Longest));
        Assert.Equal((2, texts.Tokens), (texts.Samples, texts.Trained));
    }

    [Fact]
    public async Task A_preview_shows_special_tokens_and_marks_the_answer()
    {
        var run = await ModelEngine.RunAsync("preview", _folder.Write("data.json", Two), "--model", TestModels.Folder("tiny-qwen3"), "--count", "1");

        var sample = run.Result.GetProperty("samples")[0];
        Assert.Equal("<|im_start|>user\nWho are you?<|im_end|>\n<|im_start|>assistant\nI am Ada.<|im_end|>\n", sample.GetProperty("text").GetString());
        var trained = sample.GetProperty("tokens").EnumerateArray()
            .Where(token => token.GetProperty("trained").GetBoolean())
            .Select(token => token.GetProperty("text").GetString());
        Assert.Equal("I am Ada.<|im_end|>\n", string.Concat(trained));
    }

    [Fact]
    public async Task Samples_over_the_cutoff_are_counted()
    {
        var data = _folder.Write("data.json", Two);
        var whole = await ModelEngine.RunAsync("tokenize", data, "--model", TestModels.Folder("tiny-qwen3"));
        var longest = whole.Result.GetProperty("max_tokens").GetInt32();

        var run = await ModelEngine.RunAsync("tokenize", data, "--model", TestModels.Folder("tiny-qwen3"), "--cutoff", $"{longest - 1}");

        Assert.Equal(0, whole.Result.GetProperty("over_cutoff").GetInt32());
        Assert.Equal(1, run.Result.GetProperty("over_cutoff").GetInt32());
        Assert.Equal(longest, run.Result.GetProperty("max_tokens").GetInt32());
        Assert.Equal(whole.Result.GetProperty("tokens").GetInt32() - 1, run.Result.GetProperty("tokens").GetInt32());
    }

    [Theory]
    [InlineData("[]", "no elements")]
    [InlineData("[{\"instruction\": \"a\", \"output\": \"b\"},\n{\"instruction\":", "line 2")]
    [InlineData("[{\"colour\": \"red\"}]", "colour")]
    public async Task Data_that_cannot_be_used_is_explained(string text, string reason)
    {
        var run = await ModelEngine.RunAsync("tokenize", _folder.Write("data.json", text), "--model", TestModels.Folder("tiny-qwen3"));

        Assert.Equal(3, run.ExitCode);
        Assert.Contains(reason, run.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_template_is_answered_with_the_known_ones()
    {
        var run = await ModelEngine.RunAsync("tokenize", _folder.Write("data.json", Two), "--model", TestModels.Folder("tiny-qwen3"), "--template", "chatnl");

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("chatml", run.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_folder_without_a_tokenizer_is_explained()
    {
        var run = await ModelEngine.RunAsync("tokenize", _folder.Write("data.json", Two), "--model", _folder.Path);

        Assert.Equal(3, run.ExitCode);
    }

    [Fact]
    public async Task Merges_the_weights_that_LLaMA_Factory_merges()
    {
        var target = _folder.File("merged");

        var run = await ModelEngine.RunAsync("merge", TestModels.Folder("tiny-qwen3"), TestModels.Folder("adapter-qwen3"), target);

        Assert.Equal(0, run.ExitCode);
        var names = run.Result.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("path").GetString()).ToList();
        Assert.Contains("model.safetensors", names);
        Assert.Contains("chat_template.jinja", names);
        Assert.All(run.Result.GetProperty("files").EnumerateArray(), file =>
            Assert.Equal(new FileInfo(Path.Combine(target, file.GetProperty("path").GetString()!)).Length, file.GetProperty("bytes").GetInt64()));
    }

    [Fact]
    public async Task An_adapter_of_another_model_is_refused_and_nothing_is_left()
    {
        var run = await ModelEngine.RunAsync("merge", TestModels.Folder("tiny-llama2"), TestModels.Folder("adapter-qwen3"), _folder.File("merged"));

        Assert.Equal(3, run.ExitCode);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task Describes_a_chat_for_Ollama()
    {
        var run = await ModelEngine.RunAsync("modelfile", TestModels.Gguf);

        Assert.Equal(
            "{{ range .Messages }}{{ if eq .Role \"system\" }}<|im_start|>system\n{{ .Content }}<|im_end|>\n"
            + "{{ else if eq .Role \"user\" }}<|im_start|>user\n{{ .Content }}<|im_end|>\n"
            + "{{ else if eq .Role \"assistant\" }}<|im_start|>assistant\n{{ .Content }}<|im_end|>\n{{ end }}{{ end }}<|im_start|>assistant\n",
            run.Result.GetProperty("template").GetString());
        Assert.Equal(["<|im_end|>"], run.Result.GetProperty("stops").EnumerateArray().Select(stop => stop.GetString()));
        Assert.Equal(2048, run.Result.GetProperty("context").GetInt32());
    }

    /// <summary>A template that looks at the whole chat, not message by message, has no counterpart.</summary>
    [Fact]
    public async Task A_template_that_Ollama_cannot_express_gives_none()
    {
        var template = _folder.Write("template.jinja", "{{ messages | length }}{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}");

        var run = await ModelEngine.RunAsync("modelfile", TestModels.Gguf, "--template", template);

        Assert.Equal(0, run.ExitCode);
        Assert.False(run.Result.TryGetProperty("template", out _));
    }

    private async Task<(int Samples, int Tokens, int Trained, int Longest)> CountAsync(string file, params string[] more)
    {
        var run = await ModelEngine.RunAsync(["tokenize", _folder.File(file), "--model", TestModels.Folder("tiny-qwen3"), .. more]);
        Assert.True(run.ExitCode == 0, run.Diagnostics);
        return (Of("samples"), Of("tokens"), Of("trained_tokens"), Of("max_tokens"));

        int Of(string name) => run.Result.GetProperty(name).GetInt32();
    }
}
