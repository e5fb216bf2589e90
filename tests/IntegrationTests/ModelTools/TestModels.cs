using System.Text;
using FineTunePipeline.TestKit;
using Xunit;

namespace FineTunePipeline.IntegrationTests.ModelTools;

/// <summary>Models to work with: made by LLaMA-Factory and llama.cpp's converter, and damaged copies of them.</summary>
internal static class TestModels
{
    private static readonly string Data = Path.Combine(EnginePath.RepositoryRoot(), "tests", "TestKit", "Data");

    /// <summary>A merged Qwen3 of 853,376 parameters, f16.</summary>
    public static string Gguf { get; } = Path.Combine(Data, "models", "merged-qwen3-f16.gguf");

    public static string Folder(string name) => Path.Combine(Data, "models", name);

    public static string Text { get; } = Path.Combine(Data, "perplexity", "text.txt");

    /// <summary>The first bytes only, as after a broken download.</summary>
    public static string Truncated(TemporaryFolder folder, int bytes)
    {
        var path = folder.File("truncated.gguf");
        File.WriteAllBytes(path, File.ReadAllBytes(Gguf)[..bytes]);
        return path;
    }

    /// <summary>Not a number in every weight of the last tensors.</summary>
    public static string WithoutNumbers(TemporaryFolder folder)
    {
        const byte NotANumberHigh = 0x7e;
        const int Damaged = 64 * 1024;
        var bytes = File.ReadAllBytes(Gguf);
        for (var at = bytes.Length - Damaged; at < bytes.Length; at += 2)
        {
            (bytes[at], bytes[at + 1]) = (0, NotANumberHigh);
        }

        var path = folder.File("nan.gguf");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>One number of the header changed; <paramref name="key"/> is the only one of its name.</summary>
    public static string WithMetadata(TemporaryFolder folder, string key, uint value)
    {
        const int TypeBytes = 4;
        var bytes = File.ReadAllBytes(Gguf);
        var at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(key)) + key.Length + TypeBytes;
        BitConverter.TryWriteBytes(bytes.AsSpan(at), value);
        var path = folder.File("metadata.gguf");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>A name in the header changed to another of the same length, wherever it stands.</summary>
    public static string Renamed(TemporaryFolder folder, string from, string to)
    {
        Assert.Equal(from.Length, to.Length);
        var text = Encoding.Latin1.GetString(File.ReadAllBytes(Gguf)).Replace(from, to, StringComparison.Ordinal);
        var path = folder.File("renamed.gguf");
        File.WriteAllBytes(path, Encoding.Latin1.GetBytes(text));
        return path;
    }
}
