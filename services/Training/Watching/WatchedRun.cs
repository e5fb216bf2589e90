using FineTunePipeline.Hosts;

namespace FineTunePipeline.Training.Watching;

/// <summary>A run that has ended, and what was seen of it.</summary>
/// <param name="Look">How it ended.</param>
/// <param name="Steps">Optimizer steps done.</param>
/// <param name="PlannedSteps">Optimizer steps of the whole training; 0 if the log does not say.</param>
/// <param name="FinalLoss">The last logged training loss.</param>
/// <param name="CommittedSteps">Steps whose checkpoints were committed while it was watched.</param>
internal sealed record WatchedRun(RunLook Look, int Steps, int PlannedSteps, double? FinalLoss, IReadOnlyList<int> CommittedSteps);
