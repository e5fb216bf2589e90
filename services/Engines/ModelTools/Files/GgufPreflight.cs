using FineTunePipeline.ModelTools.Running;

namespace FineTunePipeline.ModelTools.Files;

/// <summary>Looks at a GGUF file with our own reader before llama.cpp gets it.</summary>
internal static class GgufPreflight
{
    private const int MagicBytes = 4;

    /// <exception cref="EngineException">The file cannot be a sound GGUF file (exit code 3).</exception>
    public static void Check(string path)
    {
        InputFiles.Require(path, "The model file");
        using var stream = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[MagicBytes];
        if (stream.ReadAtLeast(magic, MagicBytes, throwOnEndOfStream: false) < MagicBytes || !magic.SequenceEqual("GGUF"u8))
        {
            throw EngineException.BadInput("not_gguf", $"{path} is no GGUF file: it does not begin with GGUF. Make one with 'finetune-model gguf'.");
        }
    }
}
