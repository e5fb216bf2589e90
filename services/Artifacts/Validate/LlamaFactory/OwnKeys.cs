using System.Text.Json;
using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Artifacts.Validate.LlamaFactory;

/// <summary>What a job says under <c>llamafactory</c>.</summary>
internal static class OwnKeys
{
    /// <summary>Whether the key is there and switches something on: not null and not false.</summary>
    public static bool Sets(this JobSpec spec, string key) =>
        spec.Llamafactory.GetValueOrDefault(key).ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.False);

    public static bool SaysTrue(this JobSpec spec, string key) => spec.Llamafactory.GetValueOrDefault(key).ValueKind == JsonValueKind.True;
}
