using System.Text.Json;
using FineTunePipeline.ModelFormats.Gguf.Conversion;

namespace FineTunePipeline.ModelFormats.Gguf.Vocabulary;

/// <summary>The tokenizer's files of a model folder, read once.</summary>
internal sealed class TokenizerFiles : IDisposable
{
    private const long MaxBytes = 128 << 20;
    private readonly JsonDocument? _tokenizer;
    private readonly JsonDocument? _settings;

    public TokenizerFiles(HfModelConfig config)
    {
        Config = config;
        _tokenizer = ReadIfThere(TokenizerPath);
        _settings = ReadIfThere(SettingsPath);
    }

    public HfModelConfig Config { get; }

    public string TokenizerPath => Path.Combine(Config.Folder, "tokenizer.json");

    public string SettingsPath => Path.Combine(Config.Folder, "tokenizer_config.json");

    public string SentencePiecePath => Path.Combine(Config.Folder, "tokenizer.model");

    /// <summary>tokenizer.json, an object; null when it is not there.</summary>
    public JsonElement? Tokenizer => _tokenizer?.RootElement;

    /// <summary>tokenizer_config.json, an object; null when it is not there.</summary>
    public JsonElement? Settings => _settings?.RootElement;

    public InvalidModelFileException Wrong(string what) =>
        new(TokenizerPath, $"{what}; download the model again, or save the tokenizer again with transformers");

    public void Dispose()
    {
        _tokenizer?.Dispose();
        _settings?.Dispose();
    }

    private static JsonDocument? ReadIfThere(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var document = ModelJson.Read(path, MaxBytes);
        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            return document;
        }

        document.Dispose();
        throw new InvalidModelFileException(path, "it is not a JSON object; download the model again");
    }
}
