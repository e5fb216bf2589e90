namespace FineTunePipeline.Contracts.Stages;

/// <summary>The parts of a job, in the order it flows through them. <see cref="Release"/> runs beside the later ones.</summary>
public enum Stage
{
    Validate,
    Fetch,
    Provision,
    Prepare,
    Train,
    Evaluate,
    Convert,
    Deploy,
    Release,
}
