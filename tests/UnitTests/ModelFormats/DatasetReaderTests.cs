using System.Text;
using FineTunePipeline.ModelFormats.Datasets;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.UnitTests.ModelFormats;

public sealed class DatasetReaderTests : IDisposable
{
    private const string Good = """{"instruction":"Who are you?","input":"","output":"Nova."}""";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_an_array_with_the_line_of_each_sample()
    {
        var records = Read("[\n  " + Good + ",\n\n  {\n   \"instruction\": \"Add\", \"input\": \"1, 2\",\n   \"output\": \"3\"}\n]\n", DatasetFormat.Alpaca);

        var samples = records.Cast<ChatSample>().ToList();
        Assert.Equal([2L, 4L], samples.Select(sample => sample.Line));
        Assert.Equal([new ChatTurn("user", "Add\n1, 2"), new ChatTurn("assistant", "3")], samples[1].Turns);
        Assert.Null(samples[0].System);
    }

    [Fact]
    public void Reads_lines_and_skips_blank_ones_and_the_byte_order_mark()
    {
        var records = Read("\uFEFF" + Good + "\r\n\r\n" + Good + "\n", DatasetFormat.Alpaca);

        Assert.Equal([1L, 3L], records.Cast<ChatSample>().Select(sample => sample.Line));
    }

    [Fact]
    public void Reads_system_and_history()
    {
        var format = DatasetFormat.Alpaca with { System = "sys", History = "history" };

        var sample = Assert.IsType<ChatSample>(Assert.Single(Read("""{"sys":"Be brief.","history":[["a","b"]],"instruction":"c","output":"d"}""", format)));

        Assert.Equal("Be brief.", sample.System);
        Assert.Equal(["a", "b", "c", "d"], sample.Turns.Select(turn => turn.Content));
    }

    [Fact]
    public void Reads_sharegpt_and_openai_messages()
    {
        var shared = Read("""{"conversations":[{"from":"system","value":"s"},{"from":"human","value":"u"},{"from":"gpt","value":"a"}]}""",
            DatasetFormat.ShareGpt);
        var open = Read("""{"messages":[{"role":"system","content":"s"},{"role":"user","content":"u"},{"role":"assistant","content":"a"}]}""",
            DatasetFormat.OpenAi);

        Assert.Equivalent(shared, open);
        Assert.Equal("s", Assert.IsType<ChatSample>(Assert.Single(open)).System);
    }

    [Theory]
    [InlineData("""{"instructon":"a","output":"b"}""", "did you mean 'instructon'")]
    [InlineData("""{"instruction":"a"}""", "'output' is missing")]
    [InlineData("""{"instruction":"a","output":""}""", "'output' is empty")]
    [InlineData("""{"instruction":"  ","output":"b"}""", "'instruction' is empty")]
    [InlineData("""{"instruction":"a","output":3}""", "must be a text, not a number")]
    [InlineData("""{"instruction":"a","output":["b"]}""", "must be a text, not a list")]
    [InlineData("""{"instruction":"a","output":"\ud800"}""", "surrogate")]
    [InlineData("[1]", "must be a JSON object, not a number", true)]
    [InlineData("""{"instruction":"a" "output":"b"}""", "not valid JSON at column 20")]
    [InlineData("""{'instruction':'a'}""", "not valid JSON at column 2")]
    public void Reports_a_wrong_alpaca_record_and_goes_on(string record, string expected, bool isElement = false)
    {
        var text = isElement ? $"[\n{record[1..^1]},\n{Good}]" : $"{Good}\n{record}\n{Good}";

        var records = Read(text, DatasetFormat.Alpaca);

        var problem = Assert.Single(records.OfType<DatasetProblem>());
        Assert.Equal(2, problem.Line);
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
        Assert.False(problem.EndsReading);
        Assert.IsType<ChatSample>(records[^1]);
    }

    [Theory]
    [InlineData("""[{"role":"user","content":"u"}]""", "last message must be from 'assistant'")]
    [InlineData("""[{"role":"assistant","content":"a"}]""", "message 1 must be from 'user'")]
    [InlineData("""[{"role":"user","content":"u"},{"role":"user","content":"u"}]""", "message 2 must be from 'assistant'")]
    [InlineData("""[{"role":"user","content":"u"},{"role":"assistent","content":"a"}]""", "did you mean 'assistant'")]
    [InlineData("""[{"role":"user","content":"u"},{"role":"assistant","content":""}]""", "last message is empty")]
    [InlineData("""[{"role":"user","content":[]},{"role":"assistant","content":"a"}]""", "must be a text, not a list")]
    [InlineData("""[{"role":"user","contents":"u"}]""", "did you mean 'contents'")]
    [InlineData("""[{"role":"user","content":"u"},{"role":"system","content":"s"}]""", "only the first")]
    [InlineData("[3]", "must be an object")]
    [InlineData("[]", "an empty list")]
    [InlineData("\"x\"", "not a text")]
    public void Reports_wrong_messages(string messages, string expected)
    {
        var problem = Assert.IsType<DatasetProblem>(Assert.Single(Read($$"""{"messages":{{messages}}}""", DatasetFormat.OpenAi)));

        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 1, "empty")]
    [InlineData(" \n\n ", 3, "empty")]
    [InlineData("[]", 1, "no elements")]
    [InlineData("[\n" + Good + ",\n]", 3, "missing before ']'")]
    [InlineData("[\n" + Good + "\n" + Good + "]", 3, "',' or ']' is expected")]
    [InlineData("[\n" + Good, 2, "ends inside of the array")]
    [InlineData("[\n" + Good + ",\n{\"instruction\":\"a", 3, "ends inside of the array")]
    [InlineData("[{\"instruction\":\"a\n\"}]", 1, "not closed before the end of its line")]
    [InlineData("[{\"a\":[1}]", 1, "']' is missing before this '}'")]
    [InlineData("[" + Good + "]\nx", 2, "follows the end of the array")]
    public void Says_why_it_cannot_read_on(string text, long line, string expected)
    {
        var problem = Assert.IsType<DatasetProblem>(Read(text, DatasetFormat.Alpaca)[^1]);

        Assert.True(problem.EndsReading);
        Assert.Equal(line, problem.Line);
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_binary_and_utf16_files()
    {
        var binary = Assert.IsType<DatasetProblem>(Assert.Single(ReadBytes([0x50, 0x4B, 3, 4, 0, 0, 0, 8])));
        var utf16 = Assert.IsType<DatasetProblem>(Assert.Single(ReadBytes(Encoding.Unicode.GetPreamble())));
        var latin1 = Assert.IsType<DatasetProblem>(Assert.Single(ReadBytes([.. "{\"instruction\":\""u8, 0xE9, .. "\",\"output\":\"b\"}"u8])));

        Assert.Contains("binary", binary.Message, StringComparison.Ordinal);
        Assert.Contains("UTF-16", utf16.Message, StringComparison.Ordinal);
        Assert.Contains("UTF-8", latin1.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_record_above_the_limit_without_reading_all_of_it()
    {
        using var stream = new EndlessText();

        var problem = Assert.IsType<DatasetProblem>(Assert.Single(DatasetReader.Read(stream, DatasetFormat.Alpaca)));

        Assert.Contains("larger than 16 MB", problem.Message, StringComparison.Ordinal);
        Assert.True(stream.Position < 64 << 20);
    }

    [Fact]
    public void Reads_many_records_across_buffer_borders()
    {
        var text = new StringBuilder("[");
        for (var i = 0; i < 3000; i++)
        {
            text.Append(i > 0 ? ",\n" : "\n").Append($$"""{"instruction":"q{{i}} \\\" [","input":"{{new string('x', i % 97)}}","output":"a{{i}}"}""");
        }

        var samples = Read(text.Append("\n]").ToString(), DatasetFormat.Alpaca).Cast<ChatSample>().ToList();

        Assert.Equal(3000, samples.Count);
        Assert.Equal(3001, samples[^1].Line);
        Assert.All(samples.Select((sample, i) => (sample, i)), pair => Assert.Equal($"a{pair.i}", pair.sample.Turns[1].Content));
    }

    [Fact]
    public void Says_when_there_is_no_file() =>
        Assert.Contains("no such file",
            Assert.Throws<InvalidDatasetException>(() => DatasetReader.Read(_folder.At("x.json"), DatasetFormat.Alpaca)).Message, StringComparison.Ordinal);

    [Fact]
    public void Fills_placeholders()
    {
        var sample = new ChatSample(1, "I am {{name}}", [new ChatTurn("user", "{{who}}"), new ChatTurn("assistant", "{{name}} by {{author}}")]);

        var filled = DatasetPlaceholders.Fill(sample, new Dictionary<string, string> { ["name"] = "Ada" });

        Assert.Equal("I am Ada", filled.System);
        Assert.Equal("Ada by {{author}}", filled.Turns[1].Content);
        Assert.Equal("{{who}}", filled.Turns[0].Content);
        Assert.True(DatasetPlaceholders.AnyLeft(filled));
        Assert.False(DatasetPlaceholders.AnyLeft(DatasetPlaceholders.Fill(filled, new Dictionary<string, string> { ["author"] = "Lab" })));
    }

    private List<DatasetRecord> Read(string text, DatasetFormat format) => [.. DatasetReader.Read(_folder.Write("data.json", text), format)];

    private static List<DatasetRecord> ReadBytes(byte[] bytes) => [.. DatasetReader.Read(new MemoryStream(bytes), DatasetFormat.Alpaca)];

    /// <summary>A JSON text that never ends.</summary>
    private sealed class EndlessText : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Fill((byte)'x');
            if (Position == 0)
            {
                "{\"instruction\":\""u8.CopyTo(buffer.AsSpan(offset));
            }

            Position += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
