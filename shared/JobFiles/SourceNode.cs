using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace FineTunePipeline.JobFiles;

/// <summary>A value of a job file with its place, whether it came from YAML or JSON.</summary>
internal sealed record SourceNode(long Line, long Column)
{
    public IReadOnlyList<(SourceNode Key, SourceNode Value)>? Mapping { get; private init; }

    public IReadOnlyList<SourceNode>? Sequence { get; private init; }

    /// <summary>Text of a scalar; null for null, a mapping or a sequence.</summary>
    public string? Scalar { get; private init; }

    /// <summary>Written in quotes, so certainly text.</summary>
    public bool Quoted { get; private init; }

    public bool IsNull => Mapping is null && Sequence is null && Scalar is null;

    public string Kind => Mapping is not null ? "a mapping" : Sequence is not null ? "a list" : IsNull ? "nothing" : $"'{Scalar}'";

    public static SourceNode FromYaml(YamlNode node)
    {
        var place = new SourceNode(node.Start.Line, node.Start.Column);
        return node switch
        {
            YamlMappingNode mapping => place with { Mapping = mapping.Children.Select(child => (FromYaml(child.Key), FromYaml(child.Value))).ToList() },
            YamlSequenceNode sequence => place with { Sequence = sequence.Children.Select(FromYaml).ToList() },
            YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" } => place,
            YamlScalarNode scalar => place with { Scalar = scalar.Value ?? "", Quoted = scalar.Style != ScalarStyle.Plain },
            _ => place,
        };
    }

    public static SourceNode FromJson(JsonNode? node)
    {
        var place = new SourceNode(0, 0);
        return node switch
        {
            JsonObject json => place with { Mapping = json.Select(pair => (place with { Scalar = pair.Key }, FromJson(pair.Value))).ToList() },
            JsonArray array => place with { Sequence = array.Select(FromJson).ToList() },
            JsonValue value when value.GetValueKind() == JsonValueKind.String => place with { Scalar = value.GetValue<string>(), Quoted = true },
            JsonValue value => place with { Scalar = value.ToJsonString() },
            _ => place,
        };
    }
}
