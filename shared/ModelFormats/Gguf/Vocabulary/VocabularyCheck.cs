namespace FineTunePipeline.ModelFormats.Gguf.Vocabulary;

/// <summary>Ids must lie within the embedding, or the model reads beyond it.</summary>
internal static class VocabularyCheck
{
    public static void Ids(TokenizerFiles files, BpeModel model, IEnumerable<AddedToken> added)
    {
        var rows = files.Config.VocabularySize;
        foreach (var (text, id) in model.Vocabulary)
        {
            Check(text, id);
        }

        foreach (var token in added)
        {
            Check(token.Content, token.Id);
        }

        void Check(string text, int id)
        {
            if (id >= rows)
            {
                throw new InvalidModelFileException(files.TokenizerPath,
                    $"the token '{text}' has the id {id}, but the embedding has only {rows} rows (vocab_size); "
                    + "tokenizer and weights are not of the same model, or tokens were added without resizing the embedding");
            }
        }
    }
}
