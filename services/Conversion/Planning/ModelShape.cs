using System.Text.Json;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Conversion.Planning;

/// <summary>Sizes from a model's <c>config.json</c>, as far as they decide which quantisations fit.</summary>
internal sealed record ModelShape
{
    public required long Hidden { get; init; }

    public required long Intermediate { get; init; }

    public required long Layers { get; init; }

    public required long Vocabulary { get; init; }

    /// <summary>Width of all query heads together: the row length of the attention's output matrix.</summary>
    public required long Queries { get; init; }

    /// <summary>Width of all key heads together.</summary>
    public required long Keys { get; init; }

    public static async Task<ModelShape> LoadAsync(IArtifactStore store, ArtifactReference model, CancellationToken cancellationToken)
    {
        var manifest = await store.LoadManifestAsync(model, cancellationToken);
        var config = manifest.Files.FirstOrDefault(file => file.Path == "config.json")
            ?? throw StageException.BadInput("model_incomplete", "The base model has no config.json.");
        await using var stream = await store.OpenAsync(config.Sha256, cancellationToken);
        using var json = await JsonDocument.ParseAsync(stream, cancellationToken: cancellationToken);
        return Parse(json.RootElement);
    }

    internal static ModelShape Parse(JsonElement config)
    {
        var hidden = Number("hidden_size") ?? throw Missing("hidden_size");
        var heads = Number("num_attention_heads") ?? throw Missing("num_attention_heads");
        var headSize = Number("head_dim") ?? hidden / heads;
        return new ModelShape
        {
            Hidden = hidden,
            Intermediate = Number("intermediate_size") ?? throw Missing("intermediate_size"),
            Layers = Number("num_hidden_layers") ?? throw Missing("num_hidden_layers"),
            Vocabulary = Number("vocab_size") ?? throw Missing("vocab_size"),
            Queries = heads * headSize,
            Keys = (Number("num_key_value_heads") ?? heads) * headSize,
        };

        long? Number(string name) => config.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number > 0 ? number : null;

        static StageException Missing(string name) => StageException.BadInput("model_config", $"The base model's config.json has no usable {name}.");
    }

    /// <summary>Weights in matrices by the length of their rows.</summary>
    public IEnumerable<(string Name, long Row, long Weights)> Matrices()
    {
        yield return ("embedding", Hidden, Vocabulary * Hidden);
        yield return ("attention input", Hidden, Layers * Hidden * (Queries + Keys + Keys));
        yield return ("attention output", Queries, Layers * Queries * Hidden);
        yield return ("feed-forward input", Hidden, Layers * 2 * Intermediate * Hidden);
        yield return ("feed-forward output", Intermediate, Layers * Intermediate * Hidden);
    }
}
