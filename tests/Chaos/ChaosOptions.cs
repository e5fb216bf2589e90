namespace FineTunePipeline.Chaos;

/// <summary>What a run is asked for.</summary>
/// <param name="Jobs">Jobs that are submitted.</param>
/// <param name="Kills">Kills of service processes that count.</param>
/// <param name="Seed">Of everything that is drawn.</param>
/// <param name="Postgres">The services keep their rows in PostgreSQL.</param>
/// <param name="Json">Where the result goes; null for nowhere.</param>
/// <param name="Folder">Empty folder for everything of the run.</param>
internal sealed record ChaosOptions(int Jobs, int Kills, int Seed, bool Postgres, string? Json, string Folder)
{
    private const string Usage = "usage: chaos --jobs N --kills K --seed S [--database sqlite|postgres] [--json FILE] --folder FOLDER";

    /// <exception cref="ArgumentException">They cannot be understood.</exception>
    public static ChaosOptions Parse(string[] args)
    {
        var options = new ChaosOptions(20, 20, 1, Postgres: false, Json: null, Folder: "");
        var arguments = new Arguments(Usage);
        foreach (var (option, value) in arguments.Pairs(args))
        {
            options = option switch
            {
                "--jobs" => options with { Jobs = arguments.Number(value) },
                "--kills" => options with { Kills = arguments.Number(value) },
                "--seed" => options with { Seed = arguments.Number(value) },
                "--database" when value is "sqlite" or "postgres" => options with { Postgres = value == "postgres" },
                "--json" => options with { Json = Path.GetFullPath(value) },
                "--folder" => options with { Folder = Path.GetFullPath(value) },
                _ => throw new ArgumentException($"{option} {value} is unknown. {Usage}"),
            };
        }

        return options is { Jobs: > 0, Folder.Length: > 0 } ? options : throw new ArgumentException(Usage);
    }
}
