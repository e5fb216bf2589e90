using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Chaos.Rented;

/// <summary>What a run over hosts is asked for.</summary>
/// <param name="Jobs">Jobs that are submitted.</param>
/// <param name="Evictions">Disturbances of hosts that count.</param>
/// <param name="Seed">Of everything that is drawn.</param>
/// <param name="Hosts">Hosts in the pool.</param>
/// <param name="Trainer">What <c>provider.trainer</c> says in the jobs.</param>
/// <param name="Json">Where the result goes; null for nowhere.</param>
/// <param name="Folder">Empty folder for everything of the run.</param>
internal sealed record RentedOptions(int Jobs, int Evictions, int Seed, int Hosts, string Trainer, string? Json, string Folder)
{
    private const string Usage = "usage: chaos hosts --jobs N --evictions E --seed S [--hosts H] [--trainer builtin|llamafactory] [--json FILE] --folder FOLDER";
    private const int FewestHosts = 3;

    /// <exception cref="ArgumentException">They cannot be understood.</exception>
    public static RentedOptions Parse(string[] args)
    {
        var options = new RentedOptions(10, 20, 1, Hosts: 8, TrainerNames.Builtin, Json: null, Folder: "");
        var arguments = new Arguments(Usage);
        foreach (var (option, value) in arguments.Pairs(args))
        {
            options = option switch
            {
                "--jobs" => options with { Jobs = arguments.Number(value) },
                "--evictions" => options with { Evictions = arguments.Number(value) },
                "--seed" => options with { Seed = arguments.Number(value) },
                "--hosts" => options with { Hosts = arguments.Number(value) },
                "--trainer" when value is TrainerNames.Builtin or TrainerNames.LlamaFactory => options with { Trainer = value },
                "--json" => options with { Json = Path.GetFullPath(value) },
                "--folder" => options with { Folder = Path.GetFullPath(value) },
                _ => throw new ArgumentException($"{option} {value} is unknown. {Usage}"),
            };
        }

        return options is { Jobs: > 0, Hosts: >= FewestHosts, Folder.Length: > 0 } ? options : throw new ArgumentException(Usage);
    }
}
