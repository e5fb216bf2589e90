using System.Text;
using FineTunePipeline.ModelFormats.Datasets;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.UnitTests.ModelFormats;

/// <summary>Pairs of answers, marked answers and plain texts.</summary>
public sealed class DatasetKindTests : IDisposable
{
    private const string AlpacaPair = """{"instruction":"Who?","input":"You.","chosen":"Ada.","rejected":"Nobody."}""";
    private const string ChatPair = """{"conversations":[{"from":"human","value":"Who?"}],"chosen":{"from":"gpt","value":"Ada."},"rejected":{"from":"gpt","value":"Nobody."}}""";
    private const string Marked = """{"messages":[{"role":"user","content":"Who?"},{"role":"assistant","content":"Ada."}],"kto_tag":false}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(AlpacaPair, "Who?\nYou.")]
    [InlineData(ChatPair, "Who?")]
    public void Reads_the_better_answer_as_the_last_turn_and_the_worse_one_beside_it(string record, string question)
    {
        var sample = Assert.IsType<ChatSample>(Read(record, DatasetKind.Pairs));

        Assert.Equal([new ChatTurn("user", question), new ChatTurn("assistant", "Ada.")], sample.Turns);
        Assert.Equal("Nobody.", sample.Rejected);
    }

    [Fact]
    public void Reads_the_mark_of_an_answer() => Assert.False(Assert.IsType<ChatSample>(Read(Marked, DatasetKind.Marked)).IsGood);

    [Fact]
    public void Reads_a_plain_text() => Assert.Equal("Once upon a time.", Assert.IsType<TextSample>(Read("""{"text":"Once upon a time."}""", DatasetKind.Texts)).Text);

    [Theory]
    [InlineData("""{"instruction":"a","chosen":"b","rejected":""}""", "'rejected' is empty")]
    [InlineData("""{"instruction":"a","chosen":["b"],"rejected":"c"}""", "'chosen' must be a text, not a list")]
    [InlineData("""{"conversations":[{"from":"human","value":"a"},{"from":"gpt","value":"b"}],"chosen":{"from":"gpt","value":"c"},"rejected":{"from":"gpt","value":"d"}}""", "the last message must be from 'human'")]
    [InlineData("""{"conversations":[{"from":"human","value":"a"}],"chosen":{"from":"bot","value":"c"},"rejected":{"from":"gpt","value":"d"}}""", "'chosen' has the role 'bot'")]
    [InlineData("""{"conversations":[{"from":"human","value":"a"}],"chosen":{"from":"human","value":"c"},"rejected":{"from":"gpt","value":"d"}}""", "'chosen' must be a message from 'gpt'")]
    [InlineData("""{"conversations":[{"from":"human","value":"a"}],"chosen":{"from":"gpt","value":"c"},"rejected":"d"}""", "'rejected' must be an object")]
    public void Says_what_is_wrong_with_a_pair(string record, string expected) =>
        Assert.Contains(expected, Assert.IsType<DatasetProblem>(Read(record, DatasetKind.Pairs)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("\"true\"", "without quotes, not a text")]
    [InlineData("1", "not a number")]
    [InlineData("null", "not null")]
    public void Says_what_is_wrong_with_a_mark(string mark, string expected) => Assert.Contains(
        expected, Assert.IsType<DatasetProblem>(Read($$"""{"instruction":"a","output":"b","kto_tag":{{mark}}}""", DatasetKind.Marked)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(AlpacaPair, DatasetKind.Chats, "data for stage dpo")]
    [InlineData(ChatPair, DatasetKind.Chats, "data for stage dpo")]
    [InlineData(Marked, DatasetKind.Chats, "data for stage kto")]
    [InlineData("""{"text":"a","source":"b"}""", DatasetKind.Chats, "data for stage pt")]
    [InlineData(Marked, DatasetKind.Pairs, "data for stage kto")]
    [InlineData("""{"instruction":"a","output":"b"}""", DatasetKind.Pairs, "no chosen and rejected, which stage dpo needs")]
    [InlineData("""{"instruction":"a","output":"b"}""", DatasetKind.Marked, "no kto_tag, which stage kto needs")]
    [InlineData("""{"instruction":"a","output":"b"}""", DatasetKind.Texts, "of which stage pt would learn the questions alone")]
    [InlineData("""{"txet":"a"}""", DatasetKind.Texts, "use a column text (did you mean 'txet'?)")]
    [InlineData("""{"instruction":"a","chosen":"b","rejceted":"c"}""", DatasetKind.Pairs, "use instruction, input, chosen, rejected")]
    public void Says_for_which_stage_a_file_is(string record, DatasetKind wanted, string expected) => Assert.Contains(
        expected, Assert.Throws<InvalidDatasetException>(() => DatasetFormat.Detect(_folder.Write("data.jsonl", record), wanted)).Message, StringComparison.Ordinal);

    [Fact]
    public void Tells_the_kinds_apart_by_their_description()
    {
        _folder.Write(DatasetInfo.FileName, """
            {"chats":{"file_name":"d.json"},
             "pairs":{"file_name":"d.json","ranking":true,"columns":{"prompt":"instruction","chosen":"chosen","rejected":"rejected"}},
             "marked":{"file_name":"d.json","formatting":"sharegpt","columns":{"messages":"messages","kto_tag":"kto_tag"}},
             "texts":{"file_name":"d.json","columns":{"prompt":"text"}}}
            """);

        var info = DatasetInfo.Load(_folder.Path);

        Assert.Equal(
            [DatasetKind.Chats, DatasetKind.Pairs, DatasetKind.Marked, DatasetKind.Texts],
            new[] { "chats", "pairs", "marked", "texts" }.Select(name => info.Find(name).Kind));
    }

    private DatasetRecord Read(string record, DatasetKind kind)
    {
        var format = DatasetFormat.Detect(_folder.Write("data.jsonl", record), kind);
        Assert.Equal(kind, format.Kind);
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(record));
        return Assert.Single(DatasetReader.Read(stream, format));
    }
}
