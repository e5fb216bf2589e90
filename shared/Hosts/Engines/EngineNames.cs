namespace FineTunePipeline.Hosts.Engines;

/// <summary>What engines are called.</summary>
internal static class EngineNames
{
    /// <summary>The program, and the folder in which it lies with all that it needs.</summary>
    public static string Program(Engine engine) => engine switch
    {
        Engine.Trainer => "finetune-trainer",
        Engine.Model => "finetune-model",
        Engine.Supervise => "finetune-supervise",
        _ => throw new ArgumentOutOfRangeException(nameof(engine), engine, "No such engine."),
    };

    /// <summary>Its project below <c>services/Engines</c>.</summary>
    public static string Project(Engine engine) => engine switch
    {
        Engine.Trainer => "CpuTrainer",
        Engine.Model => "ModelTools",
        _ => "Supervisor",
    };
}
