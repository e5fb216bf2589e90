using System.Text.Json;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Provisioning.Prepare.Checks;

/// <summary>What <c>finetune-model inspect</c> says of a folder. A host may say anything: what is kept of it was checked.</summary>
internal sealed record InspectedModel
{
    private const int ShownFiles = 3;
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public string? Architecture { get; init; }

    public long? Parameters { get; init; }

    /// <summary>null if it cannot be used.</summary>
    public IReadOnlyList<ManifestFile>? Files { get; init; }

    public IReadOnlyList<Fault>? Faults { get; init; }

    /// <summary>null if it is no such report.</summary>
    public static InspectedModel? Read(string line)
    {
        try
        {
            var read = JsonSerializer.Deserialize<InspectedModel>(line, Json);
            return read is { Faults.Count: > 0 } || (read?.Files is { Count: > 0 } files && files.All(IsPlain)) ? read : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What of a known model is not as it was; null: all is.</summary>
    public static string? Difference(IReadOnlyList<ManifestFile> known, IReadOnlyList<ManifestFile> found)
    {
        var (before, now) = (known.ToDictionary(file => file.Path), found.ToDictionary(file => file.Path));
        var different = before.Keys.Union(now.Keys).Order(StringComparer.Ordinal)
            .Select(path => (before.GetValueOrDefault(path), now.GetValueOrDefault(path)) switch
            {
                ({ }, null) => $"{path} is missing",
                (null, { }) => $"{path} is new",
                ({ } old, { } file) when old.Sha256 != file.Sha256 => $"{path} has other bytes",
                _ => null,
            })
            .OfType<string>().ToList();
        return different.Count == 0 ? null : string.Join(", ", different.Take(ShownFiles)) + (different.Count > ShownFiles ? " and more" : "");
    }

    private static bool IsPlain(ManifestFile file) =>
        file is { Path: not null, Sha256: not null, Bytes: >= 0 } && ManifestPaths.FaultOf(file.Path) is null && !file.Path.Contains('/') && Digests.IsSha256(file.Sha256);

    internal sealed record Fault(string Code, string Message);
}
