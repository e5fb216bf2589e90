using System.Text.Json;

namespace FineTunePipeline.IntegrationTests.Durable;

/// <summary>An event of a job, as the gateway's history tells it.</summary>
internal sealed record HistoryEvent(long Sequence, string Type, JsonElement Data);
