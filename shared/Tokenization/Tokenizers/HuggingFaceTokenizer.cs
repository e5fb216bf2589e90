using Tokenizers.DotNet;

namespace FineTunePipeline.Tokenization.Tokenizers;

/// <summary>
/// Hugging Face's own tokenizer library on a model's <c>tokenizer.json</c>. For engine programs only: a fault inside of the library, above all a hostile
/// regular expression in the file, ends the process. Tested on Linux x64 with glibc 2.34 or newer; no other system's native part is referenced.
/// </summary>
public sealed class HuggingFaceTokenizer : ITextTokenizer
{
    private readonly Tokenizer _native;
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<int, string> _tokens;
    private readonly HashSet<int> _specialIds;
    private readonly TokenizerOptions _options;

    private HuggingFaceTokenizer(Tokenizer native, TokenizerFile file, TokenizerOptions options)
    {
        _native = native;
        _options = options;
        _ids = file.Ids;
        _specialIds = file.SpecialIds;
        _tokens = new Dictionary<int, string>(_ids.Count);
        foreach (var (token, id) in _ids)
            _tokens.TryAdd(id, token);
        VocabularySize = _tokens.Keys.Max() + 1;
        UnknownRegexes = [.. file.Regexes.Where(regex => !KnownRegexes.Contains(regex)).Distinct()];
    }

    /// <inheritdoc/>
    public int VocabularySize { get; }

    /// <inheritdoc/>
    public IReadOnlySet<int> SpecialIds => _specialIds;

    /// <summary>Regular expressions of the file that are not known to be harmless; worth a warning where the model's source is not trusted.</summary>
    public IReadOnlyList<string> UnknownRegexes { get; }

    /// <summary>Loads <c>tokenizer.json</c> of a model folder.</summary>
    /// <exception cref="TokenizerLoadException">The file is missing or unusable; the message says what to change.</exception>
    public static HuggingFaceTokenizer Load(string modelFolder, TokenizerOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(modelFolder);
        options ??= new TokenizerOptions();
        var path = Path.Combine(modelFolder, "tokenizer.json");
        if (!File.Exists(path))
            throw new TokenizerLoadException(MissingFile(modelFolder));
        TokenizerFile file;
        try
        {
            file = TokenizerFile.Read(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TokenizerLoadException($"{path} cannot be read: {error.Message}", error);
        }

        if (!options.AllowUnknownRegex && file.Regexes.FirstOrDefault(regex => !KnownRegexes.Contains(regex)) is { } unknown)
        {
            throw new TokenizerLoadException(
                $"{path} has a regular expression that is not known to be harmless: {unknown}. Allow it only in a process that may end.");
        }

        return new HuggingFaceTokenizer(LoadNative(file.PlainCopy, path), file, options);
    }

    /// <inheritdoc/>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0)
            return [];
        CheckText(text);
        try
        {
            return Array.ConvertAll(_native.Encode(text), id => (int)id);
        }
        catch (TokenizerException error)
        {
            throw new TokenizerInputException($"The text cannot be tokenized: {error.Message}", error);
        }
    }

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens)
    {
        var known = new List<uint>(ids.Length);
        foreach (var id in ids)
        {
            if (_tokens.ContainsKey(id) && !(skipSpecialTokens && _specialIds.Contains(id)))
                known.Add((uint)id);
        }

        if (known.Count == 0)
            return "";
        try
        {
            return _native.Decode([.. known]);
        }
        catch (TokenizerException error)
        {
            throw new TokenizerInputException($"The ids cannot be decoded: {error.Message}", error);
        }
    }

    /// <inheritdoc/>
    public int? TokenToId(string token) => _ids.TryGetValue(token, out var id) ? id : null;

    /// <inheritdoc/>
    public string? IdToToken(int id) => _tokens.GetValueOrDefault(id);

    /// <inheritdoc/>
    public void Dispose() => _native.Dispose();

    private static string MissingFile(string modelFolder)
    {
        if (!Directory.Exists(modelFolder))
            return $"The model folder {modelFolder} does not exist.";
        return File.Exists(Path.Combine(modelFolder, "tokenizer.model"))
            ? $"{modelFolder} has a tokenizer.model but no tokenizer.json. Add that of the same model, or save the tokenizer with transformers once."
            : $"{modelFolder} has no tokenizer.json. Download it from where the model is from.";
    }

    private static Tokenizer LoadNative(byte[] plainCopy, string path)
    {
        // The library reads files only, and a path with a lone surrogate ends the process: it is given a path of our own.
        var folder = Directory.CreateTempSubdirectory("finetune-tokenizer-");
        try
        {
            var copy = Path.Combine(folder.FullName, "tokenizer.json");
            File.WriteAllBytes(copy, plainCopy);
            return new Tokenizer(copy);
        }
        catch (TokenizerException error)
        {
            throw new TokenizerLoadException($"{path} cannot be used: {error.Message}", error);
        }
        catch (DllNotFoundException error)
        {
            throw new TokenizerLoadException("The native tokenizer library cannot be loaded. It is there for Linux x64 with glibc 2.34 or newer.", error);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private void CheckText(string text)
    {
        if (text.Length > _options.MaxTextLength)
        {
            throw new TokenizerInputException(
                $"The text has {text.Length} characters; at most {_options.MaxTextLength} can be tokenized at once. Split it, for example at line ends.");
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else
                throw new TokenizerInputException($"The text has half of a surrogate pair at position {i}: it was cut inside of a character.");
        }
    }
}
