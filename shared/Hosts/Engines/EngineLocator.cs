using System.Globalization;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Hosts.Engines;

/// <summary>
/// Finds our engine programs: on a host where they were installed, in the folder that <see cref="Contracts.Prepare.PreparedHost.EngineFolder"/> names; on
/// this computer in <see cref="EngineOptions.Folder"/> if it is set; else in <c>engines/</c> beside the service; else, in a source tree, where they were built.
/// </summary>
public sealed class EngineLocator(IOptions<EngineOptions> options)
{
    /// <summary>With it on, every .NET program leaves a socket in the host's temporary folder when it is killed, and wants to write there.</summary>
    private const string Diagnostics = "DOTNET_EnableDiagnostics";

    /// <summary>Where the service's own files lie; tests set another one.</summary>
    internal string BaseFolder { get; init; } = AppContext.BaseDirectory;

    /// <summary>The program with the environment it needs; append its arguments to <see cref="HostCommand.Arguments"/>.</summary>
    /// <param name="engineFolder">
    /// <see cref="Contracts.Prepare.PreparedHost.EngineFolder"/> of the host on which it is to run; whether it is there is not asked. null: this computer.
    /// </param>
    /// <exception cref="EngineMissingException">It is not on this computer.</exception>
    public HostCommand Locate(Engine engine, string? engineFolder = null)
    {
        var name = EngineNames.Program(engine);
        return engineFolder is null
            ? LocateHere(engine, name)
            : new HostCommand { FileName = $"{engineFolder}/{name}/{name}", Environment = new Dictionary<string, string?>(EnvironmentOf(engine)) { [Diagnostics] = "0" } };
    }

    private HostCommand LocateHere(Engine engine, string name)
    {
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
            + $"In a source tree run 'dotnet build services/Engines/{EngineNames.Project(engine)}'; elsewhere set FINETUNE__Engines__Folder to the folder that holds {name}/.");
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
        if (SourceTree.Above(BaseFolder) is not { } tree)
        {
            return [];
        }

        // The configuration that we were built in comes first.
        string[] configurations = BaseFolder.Contains("/Release/", StringComparison.Ordinal) ? ["Release", "Debug"] : ["Debug", "Release"];
        return configurations.Select(built => Path.Combine(tree, "services", "Engines", EngineNames.Project(engine), "bin", built, "net10.0"));
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
}
