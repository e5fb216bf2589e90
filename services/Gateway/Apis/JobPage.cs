namespace FineTunePipeline.Gateway.Apis;

/// <summary>A page of a list, newest first.</summary>
/// <param name="Jobs">The jobs.</param>
/// <param name="Next">Value of <c>before</c> for the next page; null on the last.</param>
public sealed record JobPage(IReadOnlyList<JobView> Jobs, string? Next);
