namespace FineTunePipeline.ModelFormats.Folders;

/// <summary>Whether a model's folder can be trained on and converted: everything that can be known without computing with the weights.</summary>
public static class ModelInspection
{
    /// <summary>null, and every fault that was found, if the model cannot be used.</summary>
    /// <param name="makesGguf">GGUF files are to be made of it, which then must be able to chat.</param>
    public static ModelFacts? Inspect(ModelFolder folder, bool makesGguf, FaultList faults)
    {
        if (makesGguf)
        {
            ChatTemplateCheck.Check(folder, faults);
        }

        var facts = ModelCheck.Check(folder, faults);
        if (facts is not null && makesGguf)
        {
            GgufPreflight.Check(facts.Folder, faults);
        }

        return faults.IsEmpty ? facts : null;
    }
}
