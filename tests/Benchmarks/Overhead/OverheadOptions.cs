namespace FineTunePipeline.Benchmarks.Overhead;

/// <summary>Options of <c>overhead</c>.</summary>
internal sealed class OverheadOptions
{
    private OverheadOptions(BenchmarkArguments values)
    {
        JsonFile = values.Required("json", "FILE");
        LlamaFactory = values["llamafactory"];
        Steps = values.Number("steps", 30);
        Repeat = values.Number("repeat", 3);
    }

    /// <summary>Where the results go.</summary>
    public string JsonFile { get; }

    /// <summary>Absolute path of a <c>llamafactory-cli</c> on this computer; null: our own trainer, which has its verbs, keys, files and exit codes.</summary>
    public string? LlamaFactory { get; }

    /// <summary>Of each training.</summary>
    public int Steps { get; }

    /// <summary>Jobs, and trainings without the pipeline, in turns; the median counts.</summary>
    public int Repeat { get; }

    public static OverheadOptions Parse(string[] arguments) => new(new BenchmarkArguments(arguments, "json", "llamafactory", "steps", "repeat"));
}
