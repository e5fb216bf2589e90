namespace FineTunePipeline.Contracts.Stages;

/// <summary>Asks a service for one attempt of one stage.</summary>
public interface IStageCommand : IJobMessage
{
    /// <summary>From 1; a higher attempt closes all lower ones of the same job and stage.</summary>
    int Attempt { get; }
}
