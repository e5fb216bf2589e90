namespace FineTunePipeline.ModelFormats.Gguf.Vocabulary;

/// <summary>A byte-level BPE vocabulary (GPT-2, Llama 3, Qwen): GGUF's tokenizer model "gpt2".</summary>
internal static class ByteLevelVocabulary
{
    public static void Add(GgufMetadata metadata, TokenizerFiles files, BpeModel model, List<string> warnings)
    {
        var table = new TokenTable(files.Config.VocabularySize, unusedScore: null);
        var added = AddedToken.ReadAll(files);
        var special = SpecialNames.Of(files);
        VocabularyCheck.Ids(files, model, added);
        foreach (var (text, id) in model.Vocabulary)
        {
            // transformers makes named special tokens "added" ones, also when they are ordinary entries.
            table.Set(id, text, special.Contains(text) ? TokenKind.Control : TokenKind.Normal);
        }

        foreach (var token in added)
        {
            var control = token.Special || special.Contains(token.Content) || AddedToken.LooksSpecial(token.Content);
            // llama.cpp looks for user-defined tokens in the plain text, where a word mark is a space.
            table.Set(token.Id, control ? token.Content : token.Content.Replace('▁', ' '), control ? TokenKind.Control : TokenKind.UserDefined);
        }

        metadata.Add("tokenizer.ggml.model", "gpt2");
        metadata.Add("tokenizer.ggml.pre", PreTokenizers.NameFor(files, model, warnings));
        table.AddTo(metadata);
        if (model.Merges.Count == 0)
        {
            warnings.Add("tokenizer.json has no merges: every byte will be a token of its own");
        }

        new SpecialTokens(files, added, vocabularySize: null, model.Merges).AddTo(metadata);
    }
}
