namespace FineTunePipeline.Benchmarks.Gguf;

/// <summary>Options of <c>gguf</c>.</summary>
internal sealed class BenchmarkOptions
{
    private BenchmarkOptions(BenchmarkArguments values)
    {
        JsonFile = values.Required("json", "FILE");
        Converter = values["converter"];
        Python = values["python"] ?? "python3";
        PeerRoot = values["chroot"];
        Engine = values["engine"];
        WorkFolder = values["work"] ?? PeerRoot ?? Path.GetTempPath();
        Layers = values.Number("layers", 24);
        Repeat = values.Number("repeat", 3);
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

    public static BenchmarkOptions Parse(string[] arguments) =>
        new(new BenchmarkArguments(arguments, "json", "converter", "python", "chroot", "engine", "work", "layers", "repeat"));
}
