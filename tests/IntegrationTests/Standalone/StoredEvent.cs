using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.IntegrationTests.Standalone;

/// <summary>An event as the gateway's history gives it.</summary>
internal sealed record StoredEvent(long Sequence, string Type, JsonElement Data)
{
    /// <summary>Null unless the event is a change of the job.</summary>
    public JobChanged? Change => Type == "changed" ? Data.Deserialize<JobChanged>(ContractJson.Options) : null;
}
