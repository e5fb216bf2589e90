using System.Text.Json.Nodes;
using FineTunePipeline.ModelFormats.Gguf;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.UnitTests.ModelFormats;

/// <summary>Digests here are those of the reference converter's files (Debian's llama.cpp 0.7.0+dfsg-2) of the same folders.</summary>
public sealed class HfToGgufTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Makes_the_reference_converters_file_byte_for_byte()
    {
        var output = _folder.At("out.gguf");

        var conversion = HfToGguf.Convert(Named("merged-qwen3", "qwen3"), output, GgufType.F16, null, CancellationToken.None);

        var golden = File.ReadAllBytes(ModelFiles.Data("merged-qwen3-f16.gguf"));
        Assert.True(golden.AsSpan().SequenceEqual(File.ReadAllBytes(output)));
        Assert.Equal(golden.Length, conversion.Bytes);
        Assert.Equal(46, conversion.Tensors);
        Assert.Contains("'qwen2' is written", Assert.Single(conversion.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("merged-qwen3", "qwen3", GgufType.F32, "7d9a0f9c3b876a2a4d6e589e20f6f5d5ba307e8ab3edf08ac169891ca0ae9665")]
    [InlineData("merged-qwen3", "qwen3", GgufType.BF16, "8572ecf196e66a615ed07ba1655a2b9f1f64633f32b47694dd04478ac324fe2e")]
    [InlineData("merged-qwen3", "qwen3", GgufType.Q8_0, "10678e5696d260e5600f10896dbb1a69dc3b5ce5bbda6a411f4b0fa772c800d0")]
    [InlineData("tiny-llama2", "tiny-llama2", GgufType.F32, "85803b188e982fcab186883e5cffa50aa109491b8b841ffd576a14051b4daa28")]
    [InlineData("tiny-llama2", "tiny-llama2", GgufType.F16, "a38c8520bfabd6fedde3023ca1b8efd8abf564dea4085fb905ad8815aecf8a79")]
    [InlineData("tiny-llama2", "tiny-llama2", GgufType.BF16, "ce50488e0b741412051d8a09dda4832094c748627925d74779c41288da10ac75")]
    [InlineData("tiny-llama2", "tiny-llama2", GgufType.Q8_0, "83f945eaccf2102db5976353a149e65291b699f70e651e596f0de7878b29dc6d")]
    public void Has_the_digest_of_the_reference_converters_file(string model, string folder, GgufType type, string sha256)
    {
        var conversion = HfToGguf.Convert(Named(model, folder), _folder.At("out.gguf"), type, null, CancellationToken.None);

        Assert.Equal(sha256, conversion.Sha256);
    }

    [Fact]
    public void Plans_what_it_would_write_and_writes_nothing()
    {
        var folder = Named("merged-qwen3", "qwen3");
        var before = Directory.GetFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Order().ToList();

        var plan = HfToGguf.Preflight(folder, GgufType.F16);

        Assert.Equal(before, Directory.GetFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Order());
        var golden = GgufFile.Open(ModelFiles.Data("merged-qwen3-f16.gguf"));
        Assert.Equal(golden.Tensors.Count, plan.Tensors);
        Assert.InRange(plan.TensorBytes, 1, new FileInfo(golden.Path).Length);
        Assert.Contains("'qwen2' is written", Assert.Single(plan.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Takes_a_name_for_the_model_and_reports_progress()
    {
        var progress = new List<double>();

        HfToGguf.Convert(ModelFiles.Data("merged-qwen3"), _folder.At("out.gguf"), GgufType.F16, new Recorder(progress), CancellationToken.None, "My model");

        Assert.Equal("My model", GgufFile.Open(_folder.At("out.gguf")).Metadata["general.name"].AsText());
        Assert.Equal(1, progress.Max());
    }

    [Fact]
    public void Converts_a_llama_with_byte_level_tokenizer_and_tied_embeddings()
    {
        var folder = AsLlama(tokenizer =>
            tokenizer["pre_tokenizer"] = JsonNode.Parse("""{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}"""));

        HfToGguf.Convert(folder, _folder.At("out.gguf"), GgufType.F16, null, CancellationToken.None);

        var file = GgufFile.Open(_folder.At("out.gguf"));
        Assert.Equal("llama", file.Architecture);
        Assert.Equal("gpt2", file.Metadata["tokenizer.ggml.model"].AsText());
        Assert.Equal("gpt-2", file.Metadata["tokenizer.ggml.pre"].AsText());
        Assert.Equal(32, file.Metadata["llama.rope.dimension_count"].AsInteger());
        Assert.DoesNotContain(file.Tensors, tensor => tensor.Name == "output.weight");
    }

    [Fact]
    public void Writes_the_frequency_factors_of_llama3()
    {
        var folder = AsLlama(_ => { });
        ModelFiles.Edit(folder, "config.json", config => config["rope_parameters"] = JsonNode.Parse(
            """{"rope_type":"llama3","rope_theta":500000,"factor":8,"low_freq_factor":1,"high_freq_factor":4,"original_max_position_embeddings":8192}"""));

        HfToGguf.Convert(folder, _folder.At("out.gguf"), GgufType.F16, null, CancellationToken.None);

        var tensor = GgufFile.Open(_folder.At("out.gguf")).Tensors[0];
        var bytes = File.ReadAllBytes(_folder.At("out.gguf")).AsSpan((int)tensor.Offset, (int)tensor.ByteLength);
        var factors = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes);
        Assert.Equal("rope_freqs.weight", tensor.Name);
        Assert.Equal(1f, factors[0]);
        Assert.Equal(8f, factors[^1]);
        Assert.Equal(16, factors.Length);
    }

    [Fact]
    public void Gives_pieces_the_order_of_their_merges_when_there_is_no_SentencePiece_file()
    {
        var folder = ModelFiles.Copy("tiny-llama2", _folder.At("model"));
        File.Delete(Path.Combine(folder, "tokenizer.model"));

        HfToGguf.Convert(folder, _folder.At("out.gguf"), GgufType.Q8_0, null, CancellationToken.None);

        var metadata = GgufFile.Open(_folder.At("out.gguf")).Metadata;
        var tokens = metadata["tokenizer.ggml.tokens"].AsTexts()!.ToList();
        var scores = (float[])metadata["tokenizer.ggml.scores"].Value;
        var merges = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "tokenizer.json")))!["model"]!["merges"]!.AsArray();
        string Merged(int index) => string.Concat(merges[index]!.AsArray().Select(part => part!.GetValue<string>()));
        Assert.Equal("llama", metadata["tokenizer.ggml.model"].AsText());
        Assert.Equal(-1f, scores[tokens.IndexOf(Merged(0))]);
        Assert.Equal(-10f, scores[tokens.IndexOf(Merged(9))]);
    }

    [Fact]
    public void Keeps_rows_that_are_not_whole_blocks_in_f16_and_says_so()
    {
        var folder = Named("merged-qwen3", "qwen3");
        ModelFiles.Edit(folder, "config.json", config => config["intermediate_size"] = 250);
        ModelFiles.EditWeights(folder, tensors => tensors.Select(tensor =>
            tensor.Name.Contains("down_proj", StringComparison.Ordinal) ? ModelFiles.Zeros(tensor.Name, 128, 250)
            : tensor.Name.Contains("gate_proj", StringComparison.Ordinal) || tensor.Name.Contains("up_proj", StringComparison.Ordinal)
                ? ModelFiles.Zeros(tensor.Name, 250, 128)
            : tensor));

        var conversion = HfToGguf.Convert(folder, _folder.At("out.gguf"), GgufType.Q8_0, null, CancellationToken.None);

        Assert.Equal(4, conversion.Warnings.Count(warning => warning.Contains("ffn_down.weight is stored as f16", StringComparison.Ordinal)));
        Assert.Equal(GgmlType.F16, GgufFile.Open(_folder.At("out.gguf")).Tensors.Single(tensor => tensor.Name == "blk.0.ffn_down.weight").Type);
    }

    [Fact]
    public void Says_which_matrices_can_be_k_quants()
    {
        var fit = KQuantFit.OfModelFolder(ModelFiles.Data("merged-qwen3"));
        var fromConfig = KQuantFit.OfConfig(ModelFiles.Data("merged-qwen3"));
        var fromGguf = KQuantFit.OfGguf(GgufFile.Open(ModelFiles.Data("merged-qwen3-f16.gguf")));

        Assert.False(fit.All);
        Assert.Equal(29, fit.Matrices);
        Assert.Equal(25, fit.Unfit.Count); // hidden size 128; the down projections have rows of 256
        Assert.Equal(fit.Unfit.Order(), fromConfig.Unfit.Order());
        Assert.Equal(25, fromGguf.Unfit.Count);
        Assert.True(KQuantFit.OfModelFolder(ModelFiles.Data("tiny-llama2")).All);
    }

    private string Named(string model, string folder) => ModelFiles.Copy(model, _folder.At(folder));

    private string AsLlama(Action<JsonObject> changeTokenizer)
    {
        var folder = Named("merged-qwen3", "tiny");
        ModelFiles.Edit(folder, "config.json", config => config["architectures"] = new JsonArray("LlamaForCausalLM"));
        ModelFiles.Edit(folder, "tokenizer.json", changeTokenizer);
        ModelFiles.EditWeights(folder, tensors => tensors.Where(tensor => !tensor.Name.EndsWith("q_norm.weight", StringComparison.Ordinal)
            && !tensor.Name.EndsWith("k_norm.weight", StringComparison.Ordinal)));
        return folder;
    }

    private sealed class Recorder(List<double> values) : IProgress<double>
    {
        public void Report(double value)
        {
            lock (values)
            {
                values.Add(value);
            }
        }
    }
}
