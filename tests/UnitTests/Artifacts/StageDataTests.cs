using FineTunePipeline.Artifacts.Datasets;
using FineTunePipeline.Artifacts.Validate;
using FineTunePipeline.ModelFormats.Datasets;
using FineTunePipeline.ModelFormats.Folders;
using FineTunePipeline.Storage.Folder;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.UnitTests.Artifacts;

/// <summary>What is written of the data of each stage, and what is refused before money is spent.</summary>
public sealed class StageDataTests : IDisposable
{
    private const string Pairs = """
        {"instruction": "a", "chosen": "b", "rejected": "c"}
        {"instruction": "d", "chosen": "e", "rejected": "f", "system": "s"}
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(DatasetKind.Pairs, Pairs, """{"file_name":"data.jsonl","ranking":true,"formatting":"alpaca","columns":{"prompt":"instruction","system":"system","chosen":"chosen","rejected":"rejected"}}""")]
    [InlineData(
        DatasetKind.Pairs,
        """{"messages": [{"role": "user", "content": "a"}], "chosen": {"role": "assistant", "content": "b"}, "rejected": {"role": "assistant", "content": "c"}}""",
        """{"file_name":"data.jsonl","ranking":true,"formatting":"sharegpt","columns":{"messages":"messages","chosen":"chosen","rejected":"rejected"},"tags":{"role_tag":"role","content_tag":"content","user_tag":"user","assistant_tag":"assistant","system_tag":"system"}}""")]
    [InlineData(
        DatasetKind.Marked,
        "{\"instruction\": \"a\", \"input\": \"\", \"output\": \"b\", \"kto_tag\": true}\n{\"instruction\": \"a\", \"input\": \"\", \"output\": \"c\", \"kto_tag\": false}",
        """{"file_name":"data.jsonl","formatting":"alpaca","columns":{"prompt":"instruction","query":"input","response":"output","kto_tag":"kto_tag"}}""")]
    [InlineData(DatasetKind.Texts, """{"text": "a b c", "system": "not for us"}""", """{"file_name":"data.jsonl","formatting":"alpaca","columns":{"prompt":"text"}}""")]
    [InlineData(DatasetKind.Chats, """{"instruction": "a", "output": "b"}""", """{"file_name":"data.jsonl","formatting":"alpaca","columns":{"prompt":"instruction","response":"output"}}""")]
    public async Task Describes_the_data_as_LLaMA_Factory_reads_it(DatasetKind kind, string text, string entry)
    {
        var (folder, faults) = await BuildAsync(_folder.Write("data.jsonl", text), kind);
        var facts = DatasetCheck.Check(folder, kind, faults, default);

        Assert.Empty(faults.Faults);
        Assert.Equal(text.Split('\n').Length, facts.Samples);
        Assert.Equal(entry, System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(Path.Combine(folder.Path, DatasetInfo.FileName)))!["data"]!.ToJsonString());
    }

    [Fact]
    public async Task One_record_that_cannot_be_used_is_a_fault_where_it_would_end_the_tool()
    {
        var (folder, faults) = await BuildAsync(_folder.Write("data.jsonl", Pairs + "\n" + """{"instruction": "d", "chosen": "e", "rejected": null}"""), DatasetKind.Pairs);
        DatasetCheck.Check(folder, DatasetKind.Pairs, faults, default);

        var fault = Assert.Single(faults.Faults);
        Assert.Equal("dataset_records", fault.Code);
        Assert.Contains("has 1 records that cannot be used; mend them or take them out: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("line 3: 'rejected' is empty", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("true", "every answer is marked as good; stage kto learns from the difference: add bad answers")]
    [InlineData("false", "every answer is marked as bad; stage kto learns from the difference: add good answers")]
    public async Task Answers_that_are_all_good_or_all_bad_teach_kto_nothing(string mark, string part)
    {
        var (folder, faults) = await BuildAsync(_folder.Write("data.jsonl", $$"""{"instruction": "a", "output": "b", "kto_tag": {{mark}}}"""), DatasetKind.Marked);
        DatasetCheck.Check(folder, DatasetKind.Marked, faults, default);

        Assert.Contains(part, Assert.Single(faults.Faults).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_description_for_another_stage_is_told()
    {
        _folder.Write("data/a.json", """[{"q": "a", "good": "b", "bad": "c"}]""");
        _folder.Write("data/dataset_info.json", """{"mine": {"file_name": "a.json", "ranking": true, "columns": {"prompt": "q", "chosen": "good", "rejected": "bad"}}}""");

        var (folder, faults) = await BuildAsync(_folder.At("data"), DatasetKind.Pairs);
        Assert.Equal(1, DatasetCheck.Check(folder, DatasetKind.Pairs, faults, default).Samples);
        Assert.Empty(faults.Faults);

        DatasetCheck.Check(folder, DatasetKind.Chats, faults, default);
        var fault = Assert.Single(faults.Faults);
        Assert.Equal("dataset_stage", fault.Code);
        Assert.Contains("pairs of answers (ranking: true), for stage dpo; the job needs answers to questions, for stage sft", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_description_without_columns_does_not_name_one_that_is_not_there()
    {
        _folder.Write("data/a.json", """[{"instruction": "a", "output": "b"}]""");
        _folder.Write("data/dataset_info.json", """{"mine": {"file_name": "a.json"}}""");

        var (folder, _) = await BuildAsync(_folder.At("data"), DatasetKind.Chats);

        Assert.Null(DatasetInfo.Load(folder.Path).Find("a").Query);
    }

    [Fact]
    public async Task Pictures_are_refused_where_the_records_show_them()
    {
        var (_, faults) = await BuildAsync(_folder.Write("data.jsonl", """{"instruction": "a", "output": "b", "images": ["cat.png"]}"""), DatasetKind.Chats);

        Assert.Contains("pictures, sounds or films (column 'images')", Assert.Single(faults.Faults).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pictures_are_refused_where_the_description_names_them()
    {
        _folder.Write("data/a.json", """[{"instruction": "a", "output": "b", "pics": ["cat.png"]}]""");
        _folder.Write("data/dataset_info.json", """{"mine": {"file_name": "a.json", "columns": {"prompt": "instruction", "response": "output", "images": "pics"}}}""");

        var (folder, faults) = await BuildAsync(_folder.At("data"), DatasetKind.Chats);
        DatasetCheck.Check(folder, DatasetKind.Chats, faults, default);

        Assert.Equal("dataset_media", Assert.Single(faults.Faults).Code);
    }

    private async Task<(DatasetFolder Folder, FaultList Faults)> BuildAsync(string dataset, DatasetKind kind)
    {
        var faults = new FaultList();
        var store = new FolderArtifactStore(_folder.At("store"), TimeProvider.System);
        var sources = await new DatasetSources(store).ResolveAsync(dataset, faults, default);
        return (await DatasetFolderBuilder.BuildAsync(sources, new Dictionary<string, string>(), kind, _folder.At("built"), faults, default), faults);
    }
}
