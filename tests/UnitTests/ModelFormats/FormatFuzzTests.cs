using Xunit;
using CsCheck;
using FineTunePipeline.ModelFormats;
using FineTunePipeline.ModelFormats.Datasets;
using FineTunePipeline.ModelFormats.Gguf;
using FineTunePipeline.ModelFormats.Gguf.Vocabulary;
using FineTunePipeline.ModelFormats.Safetensors;
using FineTunePipeline.TestKit.Storage;

namespace FineTunePipeline.UnitTests.ModelFormats;

/// <summary>Whatever the bytes are, a reader gives its own exception or a result.</summary>
public sealed class FormatFuzzTests : IDisposable
{
    private static readonly Gen<(int Position, byte Value)[]> Changes = Gen.Select(Gen.Int[0, 4000], Gen.Byte).Array[1, 6];
    private readonly TemporaryFolder _folder = new();
    private int _number;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Changed_safetensors_files_give_no_other_exception() =>
        Sample(Head(ModelFiles.Data("merged-qwen3", "model.safetensors"), int.MaxValue), path => SafetensorsFile.Open(path).Dispose());

    [Fact]
    public void Changed_GGUF_files_give_no_other_exception() => Sample(Head(ModelFiles.Data("merged-qwen3-f16.gguf"), 200_000), path => GgufFile.Open(path));

    [Fact]
    public void Changed_SentencePiece_files_give_no_other_exception() =>
        Sample(Head(ModelFiles.Data("tiny-llama2", "tokenizer.model"), int.MaxValue), path => SentencePieceFile.Read(path));

    [Fact]
    public void Random_bytes_give_no_other_exception() =>
        Gen.Byte.Array[0, 200].Sample(
            bytes =>
            {
                Try(bytes, path => SafetensorsFile.Open(path).Dispose());
                Try([.. "GGUF"u8, 3, 0, 0, 0, .. bytes], path => GgufFile.Open(path));
                Try(bytes, path => SentencePieceFile.Read(path));
            },
            iter: 500, threads: 1);

    [Fact]
    public void Changed_data_sets_give_samples_or_problems()
    {
        var good = System.Text.Encoding.UTF8.GetBytes(string.Concat(
            "[", string.Join(",\n", Enumerable.Range(0, 20).Select(i => $$"""{"instruction":"q{{i}} \u00e9","input":"","output":"a"}""")), "]"));
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).Array[1, 4].Sample(
            changes =>
            {
                foreach (var format in new[] { DatasetFormat.Alpaca, DatasetFormat.OpenAi })
                {
                    var records = DatasetReader.Read(new MemoryStream(Changed(good, changes)), format).ToList();
                    Assert.True(records.Count is > 0 and <= 60);
                }
            },
            iter: 2000, threads: 1);
    }

    private void Sample(byte[] good, Action<string> read) => Changes.Sample(changes => Try(Changed(good, changes), read), iter: 300, threads: 1);

    private void Try(byte[] bytes, Action<string> read)
    {
        var path = _folder.At($"{++_number}");
        File.WriteAllBytes(path, bytes);
        try
        {
            read(path);
        }
        catch (InvalidModelFileException e)
        {
            Assert.StartsWith(path, e.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static byte[] Head(string path, int length)
    {
        var bytes = File.ReadAllBytes(path);
        return bytes[..Math.Min(length, bytes.Length)];
    }

    private static byte[] Changed(byte[] good, (int Position, byte Value)[] changes)
    {
        var bytes = (byte[])good.Clone();
        foreach (var (position, value) in changes)
        {
            bytes[position % bytes.Length] = value;
        }

        return bytes;
    }
}
