using System.Globalization;

namespace FineTunePipeline.Benchmarks.Gguf;

/// <summary>Options of <c>gguf</c>.</summary>
internal sealed class BenchmarkOptions
{
    private BenchmarkOptions(Dictionary<string, string> values)
    {
        JsonFile = values.GetValueOrDefault("json") ?? throw new FormatException("--json FILE is missing");
        Converter = values.GetValueOrDefault("converter");
        Python = values.GetValueOrDefault("python") ?? "python3";
        PeerRoot = values.GetValueOrDefault("chroot");
        Engine = values.GetValueOrDefault("engine");
        WorkFolder = values.GetValueOrDefault("work") ?? PeerRoot ?? Path.GetTempPath();
        Layers = Number(values, "layers", 24);
        Repeat = Number(values, "repeat", 3);
    }

    /// <summary>Where the results go.</summary>
    public string JsonFile { get; }

    /// <summary>Path of convert_hf_to_gguf.py as the peer's command sees it; null = ours alone is timed.</summary>
    public string? Converter { get; }

    /// <summary>Words of the command that runs Python, for example <c>chroot /srv/sid python3</c>.</summary>
    public string Python { get; }

    /// <summary>The folder that the peer's command sees as /; null when it sees what we see.</summary>
    public string? PeerRoot { get; }

    /// <summary>The built <c>finetune-model</c>; null = the one of this source tree, or this program when there is none.</summary>
    public string? Engine { get; }

    /// <summary>Where the checkpoint (1 GB) and the outputs (3 GB) are made and deleted.</summary>
    public string WorkFolder { get; }

    /// <summary>24 make the whole 0.5 B model; fewer make a quick trial.</summary>
    public int Layers { get; }

    /// <summary>Runs of each converter and type; the median counts.</summary>
    public int Repeat { get; }

    public static BenchmarkOptions Parse(string[] arguments)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        string[] known = ["json", "converter", "python", "chroot", "engine", "work", "layers", "repeat"];
        for (var i = 0; i < arguments.Length; i += 2)
        {
            var name = arguments[i].StartsWith("--", StringComparison.Ordinal) ? arguments[i][2..] : "";
            if (!known.Contains(name) || i + 1 == arguments.Length)
            {
                throw new FormatException($"'{arguments[i]}' is not one of --{string.Join(", --", known)} with a value");
            }

            values[name] = arguments[i + 1];
        }

        return new BenchmarkOptions(values);
    }

    private static int Number(Dictionary<string, string> values, string name, int missing) =>
        !values.TryGetValue(name, out var text) ? missing
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
        : throw new FormatException($"--{name} must be a whole number above 0");
}
