using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Safetensors;

/// <summary>Reads <c>model.safetensors.index.json</c>: which tensor is in which file.</summary>
internal static class ShardIndex
{
    private const long MaxBytes = 100_000_000;

    public static Dictionary<string, string> Read(string path)
    {
        using var document = ModelJson.Read(path, MaxBytes);
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidModelFileException(path, "it has no object 'weight_map'; download it again");
        }

        var shards = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in map.EnumerateObject())
        {
            var shard = property.Value.ValueKind == JsonValueKind.String
                ? property.Value.GetString()!
                : throw new InvalidModelFileException(path, $"weight_map entry '{property.Name}' is not a file name");
            if (shard != Path.GetFileName(shard) || shard.Contains('\\') || !shard.EndsWith(".safetensors", StringComparison.Ordinal))
            {
                throw new InvalidModelFileException(path,
                    $"weight_map entry '{property.Name}' names '{shard}', which is not a safetensors file of this folder");
            }

            if (!shards.TryAdd(property.Name, shard))
            {
                throw new InvalidModelFileException(path, $"weight_map names tensor '{property.Name}' twice; download it again");
            }
        }

        return shards.Count > 0 ? shards : throw new InvalidModelFileException(path, "its weight_map is empty; download it again");
    }
}
