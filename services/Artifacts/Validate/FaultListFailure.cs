using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.ModelFormats.Folders;

namespace FineTunePipeline.Artifacts.Validate;

/// <summary>What a list of faults means for a stage.</summary>
internal static class FaultListFailure
{
    private const int Shown = 25;

    /// <summary>Throws one failure that names all faults; nothing if there are none.</summary>
    public static void ThrowIfAny(this FaultList list)
    {
        var faults = list.Faults;
        if (faults.Count == 0)
        {
            return;
        }

        // A single fault keeps its own code, so that a program can react to it; a mixture has none that would fit.
        var code = faults.DistinctBy(fault => fault.Code).Count() == 1 ? faults[0].Code : "job_invalid";
        if (faults.Count == 1)
        {
            throw StageException.BadInput(code, faults[0].Message);
        }

        var lines = faults.Take(Shown).Select(fault => "- " + fault.Message);
        var more = faults.Count > Shown ? $"\n- and {faults.Count - Shown} more" : "";
        throw StageException.BadInput(code, $"{faults.Count} things must be changed:\n{string.Join('\n', lines)}{more}");
    }
}
