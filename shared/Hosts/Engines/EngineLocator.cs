using System.Globalization;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Hosts.Engines;

/// <summary>
/// Finds our engine programs on this computer: in <see cref="EngineOptions.Folder"/> if it is set; else in <c>engines/</c> beside the service;
/// else, in a source tree, where they were built.
/// </summary>
public sealed class EngineLocator(IOptions<EngineOptions> options)
{
    private const string SolutionFile = "FineTunePipeline.sln";

    /// <summary>Where the service's own files lie; tests set another one.</summary>
    internal string BaseFolder { get; init; } = AppContext.BaseDirectory;

    /// <summary>The program with the environment it needs; append its arguments to <see cref="HostCommand.Arguments"/>.</summary>
    /// <exception cref="EngineMissingException">It is not there.</exception>
    public HostCommand Locate(Engine engine)
    {
        var name = NameOf(engine);
        var looked = new List<string>();
        foreach (var folder in FoldersOf(engine, name))
        {
            looked.Add(folder);
            var program = Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name);
            if (File.Exists(program))
            {
                return new HostCommand { FileName = program, Environment = EnvironmentOf(engine) };
            }

            // A framework-dependent copy without its launcher still runs by the dotnet command.
            var library = Path.Combine(folder, name + ".dll");
            if (File.Exists(library))
            {
                return new HostCommand { FileName = "dotnet", Arguments = [library], Environment = EnvironmentOf(engine) };
            }
        }

        throw new EngineMissingException(
            $"The program {name} is missing. Looked in: {string.Join(", ", looked)}. "
            + $"In a source tree run 'dotnet build services/Engines/{ProjectOf(engine)}'; elsewhere set FINETUNE__Engines__Folder to the folder that holds {name}/.");
    }

    private IEnumerable<string> FoldersOf(Engine engine, string name)
    {
        if (!string.IsNullOrWhiteSpace(options.Value.Folder))
        {
            // A setting is meant: nothing else is looked at when it is wrong.
            return [Path.Combine(options.Value.Folder, name), options.Value.Folder];
        }

        return [Path.Combine(BaseFolder, "engines", name), .. BuiltFolders(engine)];
    }

    private IEnumerable<string> BuiltFolders(Engine engine)
    {
        for (var folder = new DirectoryInfo(BaseFolder); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, SolutionFile)))
            {
                // The configuration that we were built in comes first.
                string[] configurations = BaseFolder.Contains("/Release/", StringComparison.Ordinal) ? ["Release", "Debug"] : ["Debug", "Release"];
                return configurations.Select(built => Path.Combine(folder.FullName, "services", "Engines", ProjectOf(engine), "bin", built, "net10.0"));
            }
        }

        return [];
    }

    private Dictionary<string, string?> EnvironmentOf(Engine engine) => engine switch
    {
        // Threads that spin while they wait slow everything down on a busy computer; the value was measured.
        Engine.Trainer => new(Common)
        {
            ["OMP_NUM_THREADS"] = options.Value.TrainerThreads.ToString(CultureInfo.InvariantCulture),
            ["GOMP_SPINCOUNT"] = "20000",
        },

        // Without it llama.cpp attaches a debugger to itself when it aborts.
        Engine.Model => new(Common) { ["GGML_NO_BACKTRACE"] = "1" },
        _ => new(Common) { ["DOTNET_TieredPGO"] = "0" },
    };

    private static Dictionary<string, string?> Common => new() { ["DOTNET_gcServer"] = "0", ["DOTNET_NOLOGO"] = "1" };

    private static string NameOf(Engine engine) => engine switch
    {
        Engine.Trainer => "finetune-trainer",
        Engine.Model => "finetune-model",
        Engine.Supervise => "finetune-supervise",
        _ => throw new ArgumentOutOfRangeException(nameof(engine), engine, "No such engine."),
    };

    private static string ProjectOf(Engine engine) => engine switch
    {
        Engine.Trainer => "CpuTrainer",
        Engine.Model => "ModelTools",
        _ => "Supervisor",
    };
}
