using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Artifacts.Validate;

/// <summary>
/// Collects everything that is wrong with a job, so that a person gets one list and not one fault per try.
/// </summary>
internal sealed class FaultList
{
    private const int Shown = 25;
    private readonly List<Fault> _faults = [];

    public IReadOnlyList<Fault> Faults => _faults;

    public bool IsEmpty => _faults.Count == 0;

    public void Add(string code, string message) => _faults.Add(new Fault(code, message));

    public void AddAll(FaultList other) => _faults.AddRange(other._faults);

    /// <summary>Adds the fault unless the condition holds.</summary>
    public void Require(bool condition, string code, string message)
    {
        if (!condition)
        {
            Add(code, message);
        }
    }

    /// <summary>Throws one failure that names all _faults; nothing if there are none.</summary>
    public void ThrowIfAny()
    {
        if (_faults.Count == 0)
        {
            return;
        }

        // A single fault keeps its own code, so that a program can react to it; a mixture has none that would fit.
        var code = _faults.DistinctBy(fault => fault.Code).Count() == 1 ? _faults[0].Code : "job_invalid";
        if (_faults.Count == 1)
        {
            throw StageException.BadInput(code, _faults[0].Message);
        }

        var lines = _faults.Take(Shown).Select(fault => "- " + fault.Message);
        var more = _faults.Count > Shown ? $"\n- and {_faults.Count - Shown} more" : "";
        throw StageException.BadInput(code, $"{_faults.Count} things must be changed:\n{string.Join('\n', lines)}{more}");
    }

    internal sealed record Fault(string Code, string Message);
}
