namespace FineTunePipeline.Messaging.Data;

/// <summary>State of a <see cref="StageRun"/>.</summary>
public enum StageRunState
{
    /// <summary>To be done.</summary>
    Open,

    /// <summary>Cancelled or superseded, but something may still run outside; ends as <see cref="Closed"/>.</summary>
    Closing,

    /// <summary>Done; the outcome is stored.</summary>
    Finished,

    /// <summary>Cancelled or superseded; nothing of it runs.</summary>
    Closed,
}
