namespace FineTunePipeline.Chaos.Databases;

/// <summary>The services that have a database.</summary>
internal static class ServiceNames
{
    public static readonly string[] All = ["gateway", "orchestrator", "artifacts", "provisioning", "training", "evaluation", "conversion", "deployment"];

    /// <summary>Those with stages.</summary>
    public static readonly string[] Workers = All[2..];
}
