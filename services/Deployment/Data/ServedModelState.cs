namespace FineTunePipeline.Deployment.Data;

/// <summary>What should be of a model server.</summary>
internal enum ServedModelState
{
    /// <summary>A deployment brings it up.</summary>
    Starting,

    /// <summary>It answered; whoever sees it dead starts it again.</summary>
    Up,

    /// <summary>It should not run.</summary>
    Stopped,
}
