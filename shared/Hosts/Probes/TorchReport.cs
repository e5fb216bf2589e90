using System.Text.Json;
using System.Text.Json.Serialization;
using FineTunePipeline.Hosts.Engines;

namespace FineTunePipeline.Hosts.Probes;

/// <summary>What PyTorch tells of the machine it runs on: our trainer by <c>finetune-trainer env --json</c> (<c>services/Engines/README.md</c>), Python by a script of ours.</summary>
public sealed record TorchReport
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Version of libtorch.</summary>
    [JsonRequired]
    public string Torch { get; init; } = "";

    /// <summary>Where the trainer computes, in PyTorch's words: cpu, cuda:0.</summary>
    [JsonRequired]
    public string Device { get; init; } = "";

    /// <summary>What that is called, for people.</summary>
    [JsonRequired]
    public string DeviceName { get; init; } = "";

    /// <summary>libtorch can use a card, whether the trainer does or not.</summary>
    public bool Cuda { get; init; }

    /// <summary>Cards that it computes on; 0: on the processor, or it does not tell.</summary>
    public int Cards { get; init; }

    /// <summary>The device multiplies in bfloat16 by instructions of its own.</summary>
    public bool Bf16 { get; init; }

    /// <summary>Of the card; null: it computes on none.</summary>
    public long? FreeMemoryBytes { get; init; }

    /// <summary>Rows and columns of the product that was computed.</summary>
    public int MatmulSize { get; init; }

    public double MatmulMilliseconds { get; init; }

    /// <summary>It came out as it must.</summary>
    [JsonRequired]
    public bool MatmulCorrect { get; init; }

    [JsonIgnore]
    public bool IsOnCard => Device.StartsWith("cuda", StringComparison.Ordinal);

    /// <summary>The report in the last line of what the trainer wrote; null if there is none.</summary>
    public static TorchReport? Read(string output)
    {
        try
        {
            return JsonSerializer.Deserialize<TorchReport>(EngineAnswer.LastLine(output), Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
