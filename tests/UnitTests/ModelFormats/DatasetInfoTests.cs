using FineTunePipeline.ModelFormats.Datasets;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.UnitTests.ModelFormats;

public sealed class DatasetInfoTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_columns_and_tags_as_LLaMA_Factory_does()
    {
        _folder.Write("d.json", "[]");
        _folder.Write(DatasetInfo.FileName, """
            {"plain":{"file_name":"d.json"},
             "mapped":{"file_name":"d.json","columns":{"prompt":"q","response":"a","system":"s"}},
             "chat":{"file_name":"d.json","formatting":"sharegpt","columns":{"messages":"messages"},
                     "tags":{"role_tag":"role","content_tag":"content","user_tag":"user","assistant_tag":"assistant","system_tag":"system"}},
             "open":{"file_name":"d.json","formatting":"openai"},
             "hub":{"hf_hub_url":"a/b"}}
            """);

        var info = DatasetInfo.Load(_folder.Path);

        Assert.Equal(DatasetFormat.Alpaca with { FileName = "d.json" }, info.Find("plain"));
        Assert.Equal(("q", null, "a", "s"), (info.Find("mapped").Prompt, info.Find("mapped").Query, info.Find("mapped").Response, info.Find("mapped").System));
        Assert.Equal(DatasetFormat.OpenAi with { FileName = "d.json" }, info.Find("open"));
        Assert.Equal(info.Find("open").UserTag, info.Find("chat").UserTag);
        Assert.Equal(_folder.At("d.json"), info.PathOf("plain"));
        Assert.Contains("did you mean 'plain'", Assert.Throws<InvalidDatasetException>(() => info.Find("plan")).Message, StringComparison.Ordinal);
        Assert.Contains("no file_name", Assert.Throws<InvalidDatasetException>(() => info.PathOf("hub")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"a":{"formatting":"alpca"}}""", "did you mean 'alpaca'")]
    [InlineData("""{"a":{"columns":{"promt":"x"}}}""", "did you mean 'prompt'")]
    [InlineData("""{"a":{"columns":{"prompt":1}}}""", "not a text")]
    [InlineData("""{"a":{"tags":[]}}""", "not an object")]
    [InlineData("""{"a":{"ranking":true}}""", "ranking")]
    [InlineData("""{"a":1}""", "must be an object")]
    [InlineData("[]", "must be an object")]
    [InlineData("{\n \"a\": }", "line 2, column 7")]
    public void Says_what_is_wrong_in_the_file(string text, string expected)
    {
        _folder.Write(DatasetInfo.FileName, text);

        Assert.Contains(expected, Assert.Throws<InvalidDatasetException>(() => DatasetInfo.Load(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_when_a_file_is_missing()
    {
        Assert.Contains("missing", Assert.Throws<InvalidDatasetException>(() => DatasetInfo.Load(_folder.Path)).Message, StringComparison.Ordinal);
        _folder.Write(DatasetInfo.FileName, """{"a":{"file_name":"gone.json"}}""");
        Assert.Contains("gone.json", Assert.Throws<InvalidDatasetException>(() => DatasetInfo.Load(_folder.Path).PathOf("a")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Recognises_the_three_layouts()
    {
        Assert.Equal(DatasetFormat.Alpaca with { System = "system" }, Detect("""[{"instruction":"a","output":"b","system":"s"}]"""));
        Assert.Equal(DatasetFormat.ShareGpt, Detect("""{"conversations":[{"from":"human","value":"u"}]}"""));
        Assert.Equal(DatasetFormat.OpenAi, Detect("""{"broken":""" + "\n" + """{"messages":[{"role":"user","content":"u"}]}"""));
    }

    [Theory]
    [InlineData("""[{"question":"a","answer":"b"}]""", "question, answer")]
    [InlineData("", "empty")]
    [InlineData("[1,2]", "not a JSON object")]
    public void Says_when_it_knows_no_layout_for_a_file(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<InvalidDatasetException>(() => Detect(text)).Message, StringComparison.Ordinal);

    private DatasetFormat Detect(string text) => DatasetFormat.Detect(_folder.Write("data.json", text));
}
