namespace FineTunePipeline.Hosts.Engines;

/// <summary>Programs of ours that run beside the services.</summary>
public enum Engine
{
    /// <summary><c>finetune-trainer</c></summary>
    Trainer,

    /// <summary><c>finetune-model</c></summary>
    Model,

    /// <summary><c>finetune-supervise</c></summary>
    Supervise,
}
