using System.Globalization;
using System.Text.RegularExpressions;

namespace FineTunePipeline.Provisioning.Prepare.Trainers.LlamaFactory;

/// <summary>What <c>llamafactory-cli env</c> prints: lines of <c>- NAME: VALUE</c>. Source: LLaMA-Factory 0.9.6, run 2026-11.</summary>
internal sealed partial class LlamaFactoryEnvironment
{
    private readonly Dictionary<string, string> _values;

    private LlamaFactoryEnvironment(Dictionary<string, string> values) => _values = values;

    /// <summary>Of PyTorch, with <c>(GPU)</c> where it can use a card; null if it is not told.</summary>
    public string? Torch => _values.GetValueOrDefault("PyTorch version");

    /// <summary>null: no card that PyTorch can use.</summary>
    public string? Card => _values.GetValueOrDefault("GPU type");

    public int Cards => int.TryParse(_values.GetValueOrDefault("GPU number"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>Versions of what training depends on, for people.</summary>
    public string Versions => string.Join(
        ", ",
        new[] { "Transformers", "PEFT", "Accelerate", "Datasets", "TRL", "DeepSpeed", "Bitsandbytes" }
            .Where(name => _values.ContainsKey(name + " version"))
            .Select(name => $"{name.ToLowerInvariant()} {_values[name + " version"]}"));

    public static LlamaFactoryEnvironment Read(string output)
    {
        var values = new Dictionary<string, string>();
        foreach (Match line in Line().Matches(output))
        {
            values.TryAdd(line.Groups[1].Value.Trim('`'), line.Groups[2].Value.Trim());
        }

        return new LlamaFactoryEnvironment(values);
    }

    [GeneratedRegex("^- ([^:\\n]{1,60}): (.*)$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
