using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace FineTunePipeline.ServiceDefaults.Configuration;

/// <summary>A YAML file as flat settings: <c>gateway: { maxUploadBytes: 5 }</c> is <c>gateway:maxUploadBytes</c>.</summary>
internal static class YamlSettings
{
    public static IReadOnlyDictionary<string, string?> Read(string? path)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (path is null)
        {
            return settings;
        }

        var stream = new YamlStream();
        try
        {
            using var reader = File.OpenText(path);
            stream.Load(reader);
        }
        catch (YamlException exception)
        {
            throw new ConfigurationFileException($"{path}, line {exception.Start.Line}, column {exception.Start.Column}: {exception.Message}", exception);
        }

        foreach (var document in stream.Documents)
        {
            Flatten(document.RootNode, "", settings);
        }

        return settings;
    }

    private static void Flatten(YamlNode node, string path, Dictionary<string, string?> settings)
    {
        string Below(string key) => path.Length == 0 ? key : $"{path}:{key}";
        switch (node)
        {
            case YamlMappingNode mapping:
                foreach (var (key, value) in mapping.Children)
                {
                    Flatten(value, Below(key.ToString()), settings);
                }

                break;
            case YamlSequenceNode sequence:
                for (var index = 0; index < sequence.Children.Count; index++)
                {
                    Flatten(sequence.Children[index], Below(index.ToString(CultureInfo.InvariantCulture)), settings);
                }

                break;
            case YamlScalarNode scalar when path.Length > 0:
                settings[path] = scalar.Value;
                break;
        }
    }
}
