using FineTunePipeline.ModelFormats;
using FineTunePipeline.ModelFormats.Merging;
using FineTunePipeline.ModelFormats.Safetensors;
using Xunit;

namespace FineTunePipeline.UnitTests.Merging;

public sealed class AdapterMergeTests : IDisposable
{
    private const string Weight = "model.layers.0.self_attn.q_proj.weight";
    private const string A = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight";
    private const string B = "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight";

    private readonly string _root = Directory.CreateTempSubdirectory("finetune-merge-").FullName;

    public AdapterMergeTests()
    {
        Directory.CreateDirectory(Base);
        Directory.CreateDirectory(Adapter);
        File.WriteAllText(Path.Combine(Base, "config.json"), "{}");
        File.WriteAllText(Path.Combine(Base, "tokenizer.json"), "tokenizer");
        File.WriteAllText(Path.Combine(Base, "notes.txt"), "not part of a model");
        WriteBase(TensorType.F32);
        WriteAdapterConfig();
        WriteAdapter([1, 2, 3, 10, 20, 30], [1, 0, 0, 2]);
    }

    private string Base => Path.Combine(_root, "base");

    private string Adapter => Path.Combine(_root, "adapter");

    private string Out => Path.Combine(_root, "out");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData(TensorType.F32)]
    [InlineData(TensorType.F16)]
    [InlineData(TensorType.BF16)]
    public void Adds_the_scaled_product_and_keeps_type_and_other_weights(TensorType type)
    {
        WriteBase(type);

        var result = AdapterMerge.Merge(Base, Adapter, Out);

        // W + (alpha / rank = 4 / 2) * B·A with rows 1·(1, 2, 3) and 2·(10, 20, 30)
        Assert.Equal([1 + 2, 2 + 4, 3 + 6, 4 + 40, 5 + 80, 6 + 120], Values(Out, Weight));
        Assert.Equal([0.5f, -0.25f], Values(Out, "model.norm.weight"));
        using var merged = ModelWeights.OpenFolder(Out);
        Assert.Equal(type, merged[Weight].Type);
        Assert.Equal((1, 2), (result.TensorsMerged, result.TensorsTotal));
        Assert.Equal(["config.json", "model.safetensors", "tokenizer.json"], result.Files);
        Assert.Equal(["adapter", "base", "out"], Directory.EnumerateFileSystemEntries(_root).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Rank_stabilised_adapters_are_scaled_by_the_root_of_the_rank()
    {
        WriteAdapterConfig(extra: "\"use_rslora\": true,");
        AdapterMerge.Merge(Base, Adapter, Out);
        Assert.Equal(1 + (float)(4 / Math.Sqrt(2)), Values(Out, Weight)[0], 1e-6f);
    }

    [Fact]
    public void Keeps_the_bases_division_into_shards()
    {
        File.Delete(Path.Combine(Base, "model.safetensors"));
        Write(Path.Combine(Base, "model-00001-of-00002.safetensors"), Tensor("model.norm.weight", TensorType.BF16, [2], 0.5f, -0.25f));
        Write(Path.Combine(Base, "model-00002-of-00002.safetensors"), Tensor(Weight, TensorType.F32, [2, 3], 1, 2, 3, 4, 5, 6));
        File.WriteAllText(
            Path.Combine(Base, "model.safetensors.index.json"),
            $$"""{"metadata": {"total_size": 28}, "weight_map": {"model.norm.weight": "model-00001-of-00002.safetensors", "{{Weight}}": "model-00002-of-00002.safetensors"} }""");

        AdapterMerge.Merge(Base, Adapter, Out);

        Assert.Equal(3, Values(Out, Weight)[0]);
        Assert.True(File.Exists(Path.Combine(Out, "model-00002-of-00002.safetensors")));
        Assert.Equal(File.ReadAllBytes(Path.Combine(Base, "model-00001-of-00002.safetensors")), File.ReadAllBytes(Path.Combine(Out, "model-00001-of-00002.safetensors")));
    }

    [Fact]
    public void Without_an_adapter_the_model_is_copied()
    {
        AdapterMerge.Merge(Base, null, Out);
        Assert.Equal(File.ReadAllBytes(Path.Combine(Base, "model.safetensors")), File.ReadAllBytes(Path.Combine(Out, "model.safetensors")));
    }

    [Fact]
    public void Reports_progress_up_to_the_whole()
    {
        var reports = new List<MergeProgress>();
        AdapterMerge.Merge(Base, Adapter, Out, new Recorder(reports));
        Assert.Equal(32, reports[^1].BytesTotal);
        Assert.Equal(32, reports[^1].BytesWritten);
    }

    [Fact]
    public void An_earlier_result_is_replaced_and_anything_else_is_left_alone()
    {
        AdapterMerge.Merge(Base, Adapter, Out);
        File.WriteAllText(Path.Combine(Out, "model-old.safetensors"), "from before");
        AdapterMerge.Merge(Base, Adapter, Out);
        Assert.False(File.Exists(Path.Combine(Out, "model-old.safetensors")));

        File.WriteAllText(Path.Combine(Out, "config.json"), """{"other": true}""");
        Assert.Contains("another model", Assert.Throws<InvalidModelFileException>(() => AdapterMerge.Merge(Base, Adapter, Out)).Message, StringComparison.Ordinal);

        File.WriteAllText(Path.Combine(Out, "thesis.doc"), "years of work");
        Assert.Contains("thesis.doc", Assert.Throws<InvalidModelFileException>(() => AdapterMerge.Merge(Base, Adapter, Out)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidModelFileException>(() => AdapterMerge.Merge(Base, Adapter, Base + "/"));
        Assert.True(File.Exists(Path.Combine(Out, "thesis.doc")));
    }

    [Fact]
    public void A_cancelled_merge_leaves_nothing()
    {
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => AdapterMerge.Merge(Base, Adapter, Out, cancellationToken: cancel.Token));
        Assert.Equal(["adapter", "base"], Directory.EnumerateFileSystemEntries(_root).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("\"use_dora\": true,", "use_dora")]
    [InlineData("\"modules_to_save\": [\"lm_head\"],", "modules_to_save")]
    [InlineData("\"rank_pattern\": {\"q_proj\": 4},", "rank_pattern")]
    [InlineData("\"bias\": \"all\",", "bias")]
    [InlineData("\"bias\": 3,", "bias")]
    public void A_variant_that_would_be_merged_wrongly_is_refused(string extra, string named)
    {
        WriteAdapterConfig(extra);
        Refused(named);
    }

    [Fact]
    public void Another_kind_of_adapter_is_refused()
    {
        File.WriteAllText(Path.Combine(Adapter, "adapter_config.json"), """{"peft_type": "IA3", "r": 2, "lora_alpha": 4}""");
        Refused("IA3");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1.5")]
    [InlineData("\"8\"")]
    [InlineData("100000000")]
    public void An_impossible_rank_is_refused(string rank)
    {
        File.WriteAllText(Path.Combine(Adapter, "adapter_config.json"), $$"""{"peft_type": "LORA", "r": {{rank}}, "lora_alpha": 4}""");
        Refused("r must be");
    }

    [Fact]
    public void Matrices_of_another_shape_than_the_weight_are_refused()
    {
        WriteAdapter([1, 2, 10, 20], [1, 0, 0, 2]);
        Refused(Weight[..^".weight".Length]);
    }

    [Fact]
    public void A_pair_without_its_other_half_is_refused()
    {
        Write(Path.Combine(Adapter, "adapter_model.safetensors"), Tensor(A, TensorType.F32, [2, 3], 1, 2, 3, 4, 5, 6));
        Refused(B);
    }

    [Fact]
    public void A_weight_that_the_base_does_not_have_is_refused()
    {
        var other = A.Replace("layers.0", "layers.7", StringComparison.Ordinal);
        Write(
            Path.Combine(Adapter, "adapter_model.safetensors"), Tensor(other, TensorType.F32, [2, 3], 1, 2, 3, 4, 5, 6),
            Tensor(other.Replace("lora_A", "lora_B", StringComparison.Ordinal), TensorType.F32, [2, 2], 1, 0, 0, 2));
        Refused("layers.7");
    }

    [Fact]
    public void An_adapter_that_diverged_is_refused()
    {
        WriteAdapter([1, float.NaN, 3, 10, 20, 30], [1, 0, 0, 2]);
        Refused("diverged");
    }

    [Fact]
    public void A_stranger_among_the_matrices_is_refused()
    {
        Write(Path.Combine(Adapter, "adapter_model.safetensors"), Tensor("something", TensorType.F32, [1], 1));
        Refused("something");
    }

    private void Refused(string named)
    {
        var error = Assert.Throws<InvalidModelFileException>(() => AdapterMerge.Merge(Base, Adapter, Out));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Out));
    }

    private void WriteBase(TensorType type) => Write(
        Path.Combine(Base, "model.safetensors"), Tensor(Weight, type, [2, 3], 1, 2, 3, 4, 5, 6), Tensor("model.norm.weight", TensorType.F32, [2], 0.5f, -0.25f));

    private void WriteAdapterConfig(string extra = "") => File.WriteAllText(
        Path.Combine(Adapter, "adapter_config.json"), $$"""{ {{extra}} "peft_type": "LORA", "r": 2, "lora_alpha": 4, "target_modules": ["q_proj"] }""");

    private void WriteAdapter(float[] a, float[] b) =>
        Write(Path.Combine(Adapter, "adapter_model.safetensors"), Tensor(A, TensorType.F32, [2, a.Length / 2], a), Tensor(B, TensorType.F32, [2, 2], b));

    private static void Write(string path, params TensorToWrite[] tensors) => SafetensorsWriter.Write(path, tensors);

    private static TensorToWrite Tensor(string name, TensorType type, long[] shape, params float[] values)
    {
        var bytes = new byte[values.Length * type.ByteSize()];
        FloatCodec.Encode(type, values, bytes);
        return TensorToWrite.FromMemory(name, type, shape, bytes);
    }

    private static float[] Values(string folder, string name)
    {
        using var model = ModelWeights.OpenFolder(folder);
        var values = new float[model[name].ElementCount];
        FloatCodec.Decode(model[name].Type, model.Bytes(model[name]), values);
        return values;
    }

    private sealed class Recorder(List<MergeProgress> reports) : IProgress<MergeProgress>
    {
        public void Report(MergeProgress value) => reports.Add(value);
    }
}
