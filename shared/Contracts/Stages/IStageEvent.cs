namespace FineTunePipeline.Contracts.Stages;

/// <summary>Tells what came of one attempt of one stage.</summary>
public interface IStageEvent : IJobMessage
{
    /// <summary>The attempt it speaks of.</summary>
    int Attempt { get; }
}
