using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Gateway.Apis;

/// <summary>Answer to a submit.</summary>
public sealed record SubmittedJob(string Id, JobState State);
