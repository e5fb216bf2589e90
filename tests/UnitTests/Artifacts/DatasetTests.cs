using FineTunePipeline.Artifacts.Datasets;
using FineTunePipeline.Artifacts.Validate;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.ModelFormats.Datasets;
using FineTunePipeline.ModelFormats.Folders;
using FineTunePipeline.Storage;
using FineTunePipeline.Storage.Folder;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.UnitTests.Artifacts;

public sealed class DatasetTests : IDisposable
{
    private const string Alpaca = """[{"instruction": "Who are you?", "input": "", "output": "I am {{name}}."}]""";
    private readonly TemporaryFolder _folder = new();
    private readonly FolderArtifactStore _store;

    public DatasetTests() => _store = new FolderArtifactStore(_folder.At("store"), TimeProvider.System);

    [Fact]
    public async Task Makes_a_folder_that_the_trainer_reads()
    {
        var (folder, faults) = await BuildAsync(_folder.Write("my data.json", Alpaca));

        Assert.Empty(faults.Faults);
        Assert.Equal("my_data", folder.Names);
        var info = DatasetInfo.Load(folder.Path);
        var sample = Assert.IsType<ChatSample>(Assert.Single(DatasetReader.Read(info.PathOf("my_data"), info.Find("my_data"))));
        Assert.Equal("I am Ada.", sample.Turns[^1].Content);
    }

    [Fact]
    public async Task Names_columns_that_only_a_later_record_has()
    {
        var (folder, _) = await BuildAsync(_folder.Write("data.jsonl", """
            {"instruction": "a", "output": "b"}
            {"instruction": "c", "output": "d", "system": "Be brief.", "history": [["e", "f"]]}
            """));

        var format = DatasetInfo.Load(folder.Path).Find("data");
        Assert.Equal(("system", "history", null), (format.System, format.History, format.Query));
    }

    [Fact]
    public async Task Describes_chats_with_roles()
    {
        var file = _folder.Write("chat.jsonl", """{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}""");
        var (folder, _) = await BuildAsync(file);

        var info = DatasetInfo.Load(folder.Path);
        Assert.IsType<ChatSample>(Assert.Single(DatasetReader.Read(info.PathOf("chat"), info.Find("chat"))));
    }

    [Fact]
    public async Task Follows_a_dataset_info_beside_the_files()
    {
        _folder.Write("data/a.json", """[{"q": "Who?", "a": "Ada"}]""");
        _folder.Write("data/ignored.json", "[]");
        _folder.Write("data/dataset_info.json", """{"mine": {"file_name": "a.json", "columns": {"prompt": "q", "response": "a"}}}""");

        var (folder, faults) = await BuildAsync(_folder.At("data"));

        Assert.Empty(faults.Faults);
        Assert.Equal(1, DatasetCheck.Check(folder, DatasetKind.Chats, faults, default).Samples);
    }

    [Fact]
    public async Task Takes_several_files_and_keeps_equal_names_apart()
    {
        var (folder, faults) = await BuildAsync($"{_folder.Write("a/data.json", Alpaca)}, {_folder.Write("b/data.json", Alpaca)}");

        Assert.Empty(faults.Faults);
        Assert.Equal("data,data-2", folder.Names);
        Assert.Equal(2, DatasetCheck.Check(folder, DatasetKind.Chats, faults, default).Samples);
    }

    [Fact]
    public async Task Takes_an_uploaded_file_and_an_uploaded_folder()
    {
        using var bytes = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(Alpaca));
        var file = await _store.PutAsync(bytes, default);
        var manifest = await _store.PutManifestAsync(
            new Manifest { Kind = "dataset", Files = [new ManifestFile("train.json", file.Bytes, file.Sha256)] }, default);

        var (folder, faults) = await BuildAsync($"{file.ToUri()},{manifest.ToUri()}");

        Assert.Empty(faults.Faults);
        Assert.Equal($"data-{file.Sha256[..8]},train", folder.Names);
    }

    [Fact]
    public async Task Remembers_placeholders_that_nothing_fills()
    {
        var (folder, _) = await BuildAsync(_folder.Write("data.json", """[{"instruction": "a", "output": "{{town}}"}]"""));

        Assert.Equal(["town"], folder.Files[0].UnknownVariables);
    }

    [Theory]
    [InlineData("", "dataset_unusable", "the file is empty")]
    [InlineData("   \n", "dataset_unusable", "the file is empty")]
    [InlineData("[]", "dataset_unusable", "no elements")]
    [InlineData("""[{"question": "a", "solution": "b"}]""", "dataset_unusable", "its columns (question, solution) are of no known layout")]
    [InlineData("[{\"instruction\": \"a\", \"output\": \"b\"},\n{\"instruction\": \"c\", \"output\" \"d\"}]", "dataset_json", "line 2")]
    [InlineData("{\"instruction\": \"a\", \"output\": \"b\"}\n{broken\n", "dataset_json", "line 2")]
    [InlineData("[{\"instruction\": \"a\", \"output\": \"b\"}", "dataset_json", "line 1")]
    [InlineData("PK\u0003\u0004\0\0\0", "dataset_unusable", "binary")]
    public async Task Says_what_is_wrong_with_a_file_and_where(string text, string code, string part)
    {
        var (_, faults) = await BuildAsync(_folder.Write("data.json", text));

        var fault = Assert.Single(faults.Faults);
        Assert.Equal(code, fault.Code);
        Assert.Contains(part, fault.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.At("data.json"), fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_folder.At("built"), fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("relative.json", "dataset_path")]
    [InlineData("artifact:xyz", "dataset_path")]
    [InlineData("/no/such/file.json", "dataset_missing")]
    [InlineData(" , ", "dataset_missing")]
    public async Task Says_what_is_wrong_with_a_name(string dataset, string code)
    {
        var (_, faults) = await BuildAsync(dataset);

        Assert.Equal(code, Assert.Single(faults.Faults).Code);
    }

    [Fact]
    public async Task Refuses_another_kind_of_file()
    {
        var (_, faults) = await BuildAsync(_folder.Write("data.parquet", "PAR1"));

        Assert.Equal("dataset_ending", Assert.Single(faults.Faults).Code);
    }

    [Fact]
    public async Task Refuses_a_file_without_one_usable_sample_and_says_why()
    {
        var (folder, faults) = await BuildAsync(_folder.Write("data.json", """[{"instruction": "a", "output": ""}, {"instruction": "b", "output": null}]"""));
        var facts = DatasetCheck.Check(folder, DatasetKind.Chats, faults, default);

        Assert.Equal((0, 2), (facts.Samples, facts.Skipped));
        var fault = Assert.Single(faults.Faults);
        Assert.Equal("dataset_no_samples", fault.Code);
        Assert.Contains("no usable sample among 2 records: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Counts_records_that_cannot_be_used()
    {
        var (folder, faults) = await BuildAsync(_folder.Write("data.jsonl", """
            {"instruction": "a", "output": "b"}
            {"instruction": "a", "output": 3}
            """));
        var facts = DatasetCheck.Check(folder, DatasetKind.Chats, faults, default);

        Assert.Empty(faults.Faults);
        Assert.Equal((1, 1), (facts.Samples, facts.Skipped));
        Assert.Contains("line 2", facts.SkippedRecords[0], StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<(DatasetFolder Folder, FaultList Faults)> BuildAsync(string dataset)
    {
        var faults = new FaultList();
        var sources = await new DatasetSources(_store).ResolveAsync(dataset, faults, default);
        var variables = new Dictionary<string, string> { ["name"] = "Ada" };
        return (await DatasetFolderBuilder.BuildAsync(sources, variables, DatasetKind.Chats, _folder.At("built"), faults, default), faults);
    }
}
