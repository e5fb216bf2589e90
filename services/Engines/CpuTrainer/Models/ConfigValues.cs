using System.Text.Json;

namespace FineTunePipeline.CpuTrainer.Models;

/// <summary>Typed access to a JSON object of somebody else's file; null stands for "absent or null", a value of the wrong type is an error that names it.</summary>
internal sealed class ConfigValues(JsonElement root, string path)
{
    private readonly JsonElement _root = root.ValueKind == JsonValueKind.Object ? root : throw new ModelException($"{path} must hold one JSON object.");

    public bool Has(string name) => Find(name) is not null;

    public int Required(string name, int limit)
    {
        var value = Integer(name) ?? throw Error($"{name} is missing");
        return value >= 1 && value <= limit ? value : throw Error($"{name} {value} must be between 1 and {limit}");
    }

    public int? Integer(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out var number) => number,
        { ValueKind: JsonValueKind.Number } value when value.TryGetDouble(out var real) && real == Math.Floor(real) && Math.Abs(real) < int.MaxValue => (int)real,
        { } other => throw WrongType(name, "a whole number", other),
    };

    public double? Number(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value => value.GetDouble(),
        { } other => throw WrongType(name, "a number", other),
    };

    public bool Flag(string name) => Find(name) switch
    {
        null or { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.True } => true,
        { } other => throw WrongType(name, "true or false", other),
    };

    public string? Text(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        { } other => throw WrongType(name, "a text", other),
    };

    public IReadOnlyList<string> Texts(string name) => Find(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } value => [.. value.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!)],
        { } other => throw WrongType(name, "a list of texts", other),
    };

    /// <summary>One number or a list of numbers.</summary>
    public IReadOnlyList<int> Integers(string name) => Find(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } value => [.. value.EnumerateArray().Select(v => v.TryGetInt32(out var id) ? id : throw WrongType(name, "whole numbers", v))],
        _ => [Integer(name)!.Value],
    };

    public ConfigValues? Object(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new ConfigValues(value, path),
        { } other => throw WrongType(name, "an object", other),
    };

    public ModelException Error(string what) => new($"{path}: {what}.");

    private ModelException WrongType(string name, string wanted, JsonElement found)
    {
        var text = found.GetRawText();
        return Error($"{name} must be {wanted}, not {(text.Length > 40 ? text[..40] + "…" : text)}");
    }

    private JsonElement? Find(string name) =>
        _root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
