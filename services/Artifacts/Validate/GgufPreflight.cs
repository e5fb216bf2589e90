using FineTunePipeline.ModelFormats;
using FineTunePipeline.ModelFormats.Gguf;

namespace FineTunePipeline.Artifacts.Validate;

/// <summary>
/// Asks the converter, before money is spent, whether it will be able to convert the model: architecture, shapes, vocabulary, the way the tokenizer splits
/// text. The converter reads and checks everything before it writes, and ends between two pieces when it is cancelled; so it is started cancelled.
/// </summary>
internal static class GgufPreflight
{
    public static void Check(string modelFolder, string scratchFile, FaultList faults)
    {
        try
        {
            HfToGguf.Convert(modelFolder, scratchFile, GgufType.F16, progress: null, new CancellationToken(canceled: true));
        }
        catch (OperationCanceledException)
        {
            // It came as far as writing: nothing stands in the way.
        }
        catch (InvalidModelFileException exception)
        {
            faults.Add("model_gguf", $"model: it cannot be converted to GGUF: {exception.Message}. Or set outputs.gguf to [] and deploy.target to none.");
        }
    }
}
