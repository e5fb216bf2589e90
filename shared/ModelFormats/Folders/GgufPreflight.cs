using FineTunePipeline.ModelFormats.Gguf;

namespace FineTunePipeline.ModelFormats.Folders;

/// <summary>Asks the converter, before money is spent, whether it will be able to convert the model.</summary>
internal static class GgufPreflight
{
    public static void Check(string modelFolder, FaultList faults)
    {
        try
        {
            HfToGguf.Preflight(modelFolder, GgufType.F16);
        }
        catch (InvalidModelFileException exception)
        {
            faults.Add("model_gguf", $"model: it cannot be converted to GGUF: {exception.Message}. Or set outputs.gguf to [] and deploy.target to none.");
        }
    }
}
