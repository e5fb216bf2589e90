namespace FineTunePipeline.Chaos.Rented.Counting;

/// <summary>A checkpoint that the training service took in.</summary>
internal sealed record AcceptedCheckpoint(string JobId, int Step, int Attempt, long AtMs);
