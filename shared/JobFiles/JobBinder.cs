using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FineTunePipeline.Hints;

namespace FineTunePipeline.JobFiles;

/// <summary>Turns a source tree into JSON that fits a record, and tells everything that does not fit.</summary>
internal static partial class JobBinder
{
    private static readonly NullabilityInfoContext Nullability = new();

    public static JsonNode? Bind(SourceNode source, Type type, string path, List<JobFileProblem> problems)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
        {
            return source.Scalar is { } text ? Text(source, text, path, problems) : Wrong(source, path, "text", problems);
        }

        if (type == typeof(JsonElement))
        {
            return Free(source, path, problems);
        }

        if (IsNumber(type))
        {
            return Number(source, type, path, problems);
        }

        if (type == typeof(bool))
        {
            return source is { Scalar: "true" or "false", Quoted: false }
                ? JsonValue.Create(source.Scalar == "true")
                : Wrong(source, path, "true or false", problems);
        }

        if (type == typeof(TimeSpan))
        {
            return Durations.TryParse(source.Scalar, out var value)
                ? JsonValue.Create(value.ToString("c", CultureInfo.InvariantCulture))
                : Wrong(source, path, "a duration like 04:00:00 (hours, minutes, seconds; days before a dot: 1.06:00:00)", problems);
        }

        if (type.IsEnum)
        {
            return Enumeration(source, type, path, problems);
        }

        if (ItemOfList(type) is { } item)
        {
            return source.Sequence is { } values
                ? new JsonArray([.. values.Select((value, index) => Bind(value, item, $"{path}[{index}]", problems))])
                : Wrong(source, path, "a list", problems);
        }

        if (source.Mapping is not { } mapping)
        {
            return Wrong(source, path, "a mapping of keys", problems);
        }

        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>)
            ? Dictionary(mapping, type.GetGenericArguments()[1], path, problems)
            : Record(source, mapping, type, path, problems);
    }

    /// <summary>A path with a NUL would be refused far from here, and an escape code plays with the terminal of who lists the job.</summary>
    private static JsonValue? Text(SourceNode source, string text, string path, List<JobFileProblem> problems)
    {
        if (!text.Any(letter => char.IsControl(letter) && letter is not ('\n' or '\r' or '\t')))
        {
            return JsonValue.Create(text);
        }

        problems.Add(new JobFileProblem(source.Line, source.Column, path, $"'{path}' has a control character in it; take it out."));
        return null;
    }

    /// <summary>
    /// A value whose type somebody else knows, as YAML 1.2 reads it: <c>1e-3</c> is a number, and <c>no</c> a text. What is in quotes is text.
    /// </summary>
    private static JsonNode? Free(SourceNode source, string path, List<JobFileProblem> problems)
    {
        if (source.Mapping is { } mapping)
        {
            return Dictionary(mapping, typeof(JsonElement), path, problems);
        }

        if (source.Sequence is { } values)
        {
            return new JsonArray([.. values.Select((value, index) => Free(value, $"{path}[{index}]", problems))]);
        }

        return source switch
        {
            { IsNull: true } => null,
            { Quoted: false, Scalar: "true" or "false" } => JsonValue.Create(source.Scalar == "true"),
            { Quoted: false } when Digits().IsMatch(source.Scalar!) => FreeNumber(source.Scalar!.Replace("_", "", StringComparison.Ordinal)),
            _ => Text(source, source.Scalar!, path, problems),
        };
    }

    private static JsonValue FreeNumber(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
        ? JsonValue.Create(whole)
        : JsonValue.Create(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture));

    private static JsonObject Dictionary(
        IReadOnlyList<(SourceNode Key, SourceNode Value)> mapping, Type valueType, string path, List<JobFileProblem> problems)
    {
        var result = new JsonObject();
        foreach (var (key, value) in mapping)
        {
            if (!result.TryAdd(key.Scalar ?? "", Bind(value, valueType, Join(path, key.Scalar), problems)))
            {
                problems.Add(new JobFileProblem(key.Line, key.Column, path, $"The key '{key.Scalar}' stands here twice."));
            }
        }

        return result;
    }

    private static JsonObject Record(
        SourceNode source, IReadOnlyList<(SourceNode Key, SourceNode Value)> mapping, Type type, string path, List<JobFileProblem> problems)
    {
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite)
            .ToDictionary(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
        var result = new JsonObject();
        var seen = new HashSet<string>();
        foreach (var (key, value) in mapping)
        {
            var name = key.Scalar ?? "";
            if (!properties.TryGetValue(name, out var property))
            {
                problems.Add(new JobFileProblem(key.Line, key.Column, Join(path, name), UnknownKey(name, path, properties.Keys)));
                continue;
            }

            if (!seen.Add(name))
            {
                problems.Add(new JobFileProblem(key.Line, key.Column, Join(path, name), $"The key '{name}' stands here twice."));
                continue;
            }

            if (value.IsNull && Nullability.Create(property).WriteState == NullabilityState.Nullable)
            {
                continue;
            }

            result[name] = Bind(value, property.PropertyType, Join(path, name), problems);
        }

        foreach (var (name, _) in properties.Where(pair => pair.Value.IsDefined(typeof(RequiredMemberAttribute)) && !seen.Contains(pair.Key)))
        {
            problems.Add(new JobFileProblem(source.Line, source.Column, Join(path, name), $"The key '{Join(path, name)}' is missing; it has no default."));
        }

        return result;
    }

    private static string UnknownKey(string name, string path, IEnumerable<string> known)
    {
        var names = known.Order(StringComparer.Ordinal).ToList();
        var nearest = NearestName.Find(name, names);
        var where = path.Length == 0 ? "a job" : $"'{path}'";
        return nearest is not null
            ? $"There is no key '{name}' in {where}; did you mean '{nearest}'?"
            : $"There is no key '{name}' in {where}. Keys: {string.Join(", ", names)}.";
    }

    private static JsonNode? Number(SourceNode source, Type type, string path, List<JobFileProblem> problems)
    {
        var whole = type == typeof(int) || type == typeof(long);
        var text = source.Quoted ? null : source.Scalar?.Replace("_", "", StringComparison.Ordinal);
        if (type == typeof(int))
        {
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)
                ? JsonValue.Create(integer)
                : Wrong(source, path, "a whole number", problems);
        }

        if (whole)
        {
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)
                ? JsonValue.Create(integer)
                : Wrong(source, path, "a whole number", problems);
        }

        if (type == typeof(decimal))
        {
            return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var money)
                ? JsonValue.Create(money)
                : Wrong(source, path, "a number", problems);
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real)
            ? JsonValue.Create(real)
            : Wrong(source, path, "a number", problems);
    }

    private static JsonNode? Enumeration(SourceNode source, Type type, string path, List<JobFileProblem> problems)
    {
        var names = Enum.GetNames(type).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName).ToList();
        return source.Scalar is { } name && names.Contains(name)
            ? JsonValue.Create(name)
            : Wrong(source, path, "one of " + string.Join(", ", names), problems);
    }

    private static JsonValue? Wrong(SourceNode source, string path, string wanted, List<JobFileProblem> problems)
    {
        var quotes = source.Quoted && wanted.Contains("number", StringComparison.Ordinal) ? " Take away the quotes." : "";
        problems.Add(new JobFileProblem(source.Line, source.Column, path, $"'{(path.Length == 0 ? "The job" : path)}' must be {wanted}, not {source.Kind}.{quotes}"));
        return null;
    }

    private static bool IsNumber(Type type) => type == typeof(int) || type == typeof(long) || type == typeof(double) || type == typeof(decimal);

    private static Type? ItemOfList(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : null;

    [GeneratedRegex(@"^[-+]?(?:[0-9][0-9_]*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?$")]
    private static partial Regex Digits();

    private static string Join(string path, string? name) => path.Length == 0 ? name ?? "" : $"{path}.{name}";
}
