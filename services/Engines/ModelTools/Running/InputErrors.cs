using FineTunePipeline.ModelFormats;
using FineTunePipeline.ModelFormats.Datasets;
using FineTunePipeline.Tokenization.ChatTemplates;
using FineTunePipeline.Tokenization.Tokenizers;

namespace FineTunePipeline.ModelTools.Running;

/// <summary>Exceptions of the shared readers that mean: this input cannot be used. Their messages are written for people.</summary>
internal static class InputErrors
{
    /// <returns>Our code for it; null for every other exception.</returns>
    public static string? CodeOf(Exception exception) => exception switch
    {
        InvalidModelFileException => "model_unusable",
        InvalidDatasetException => "data_unusable",
        TokenizerLoadException => "tokenizer_unusable",
        ChatTemplateException => "template_faulty",
        _ => null,
    };
}
