using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>Names of the queues: one per stage, and the orchestrator's.</summary>
public static class StageQueues
{
    public const string Orchestrator = "orchestrator";

    /// <summary>Takes the stage's command and its <see cref="CancelStage"/>.</summary>
    public static string Name(Stage stage) => "stage-" + stage.ToString().ToLowerInvariant();

    public static Uri Address(Stage stage) => new("queue:" + Name(stage));

    public static Uri OrchestratorAddress { get; } = new("queue:" + Orchestrator);
}
