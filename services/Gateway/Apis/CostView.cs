using FineTunePipeline.Contracts.Money;

namespace FineTunePipeline.Gateway.Apis;

/// <summary>What a job's hosts cost so far.</summary>
/// <param name="Charged">Spent.</param>
/// <param name="Held">Reserved for the time that runs now.</param>
/// <param name="Currency">CNY or USD.</param>
/// <param name="Hosts">The same for each host, in the order in which the job took them.</param>
/// <param name="At">When that was so.</param>
public sealed record CostView(decimal Charged, decimal Held, string Currency, IReadOnlyList<HostCost> Hosts, DateTimeOffset At);
