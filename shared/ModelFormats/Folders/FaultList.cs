namespace FineTunePipeline.ModelFormats.Folders;

/// <summary>
/// Collects everything that is wrong with a model or a job, so that a person gets one list and not one fault per try.
/// </summary>
public sealed class FaultList
{
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

    /// <summary>One thing to change.</summary>
    /// <param name="Code">Short and stable, for programs.</param>
    /// <param name="Message">What is wrong and what to change, for people.</param>
    public sealed record Fault(string Code, string Message);
}
