using FineTunePipeline.CpuTrainer.Results;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace FineTunePipeline.CpuTrainer.Arguments;

/// <summary>Reads <c>X.yaml key=value …</c> the way LLaMA-Factory does: one flat mapping, later overrides win, values typed by <see cref="YamlScalar"/>.</summary>
internal static class ConfigFile
{
    private const long LargestBytes = 1024 * 1024;

    public static Dictionary<string, object?> Read(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0 || !(arguments[0].EndsWith(".yaml", StringComparison.Ordinal) || arguments[0].EndsWith(".yml", StringComparison.Ordinal)))
        {
            throw TrainerException.Value("Name a .yaml file first, then overrides as key=value.");
        }

        var values = ReadFile(Path.GetFullPath(arguments[0]));
        foreach (var argument in arguments.Skip(1))
        {
            var split = argument.IndexOf('=', StringComparison.Ordinal);
            var key = split < 0 ? argument : argument[..split];
            values[key.TrimStart('-')] = split < 0 ? null : Parse(argument[(split + 1)..], $"{key}=…");
        }

        return values;
    }

    private static Dictionary<string, object?> ReadFile(string path)
    {
        if (!File.Exists(path))
        {
            throw new TrainerException("FileNotFoundError", $"[Errno 2] No such file or directory: '{path}'");
        }

        if (new FileInfo(path).Length > LargestBytes)
        {
            throw TrainerException.Value($"{path} is larger than 1 MB: that is no configuration.");
        }

        return Load(File.ReadAllText(path), path) switch
        {
            null => [],
            Dictionary<string, object?> mapping => mapping,
            _ => throw TrainerException.Value($"{path} must hold one mapping of keys to values."),
        };
    }

    private static object? Parse(string text, string place) => Load(text, place);

    private static object? Load(string text, string place)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException exception)
        {
            var reason = (exception.InnerException ?? exception).Message.ReplaceLineEndings(" ");
            throw new TrainerException(
                "yaml.scanner.ScannerError", $"{reason} in \"{place}\", line {exception.Start.Line}, column {exception.Start.Column}", inner: exception);
        }

        return stream.Documents.Count switch
        {
            0 => null,
            1 => Convert(stream.Documents[0].RootNode, place),
            _ => throw TrainerException.Value($"{place} must hold one YAML document."),
        };
    }

    private static object? Convert(YamlNode node, string place) => node switch
    {
        YamlMappingNode mapping => Mapping(mapping, place),
        YamlSequenceNode sequence => sequence.Children.Select(child => Convert(child, place)).ToList(),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar => Text(scalar, place) is { } text ? YamlScalar.Parse(text) : null,
        YamlScalarNode scalar => Text(scalar, place),
        _ => throw TrainerException.Value($"{place}, line {node.Start.Line}: only plain values are understood."),
    };

    private static Dictionary<string, object?> Mapping(YamlMappingNode mapping, string place)
    {
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in mapping.Children)
        {
            var name = (key as YamlScalarNode)?.Value ?? throw TrainerException.Value($"{place}, line {key.Start.Line}: a key must be a plain word.");
            values[name] = Convert(value, place);
        }

        return values;
    }

    private static string? Text(YamlScalarNode scalar, string place) =>
        scalar.Value?.Contains("${", StringComparison.Ordinal) == true
            ? throw TrainerException.Value($"{place}, line {scalar.Start.Line}: ${{…}} is not replaced here; write the value itself.")
            : scalar.Value;
}
