using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Engines.Packages;
using FineTunePipeline.TestKit.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.UnitTests.Hosts.Engines;

/// <summary>A source tree of a few lines, and a "dotnet" that publishes engines of a few bytes out of it.</summary>
internal sealed class EngineTree : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public EngineTree()
    {
        Write("FineTunePipeline.sln", "");
        Write("global.json", "{}");
        Write("services/Engines/HostEngines.proj", "<Project />");
        Write(
            "services/Engines/CpuTrainer/CpuTrainer.csproj",
            """<Project><ItemGroup><ProjectReference Include="../../../shared/ModelFormats/ModelFormats.csproj" /></ItemGroup></Project>""");
        Write("services/Engines/CpuTrainer/Program.cs", "trainer");
        Write("services/Engines/ModelTools/ModelTools.csproj", "<Project />");
        Write("shared/ModelFormats/ModelFormats.csproj", "<Project />");
        Write("shared/ModelFormats/Gguf.cs", "gguf");
        Write("shared/Messaging/Bus.cs", "bus");
    }

    public MemoryArtifactStore Store { get; } = new();

    public EngineOptions Options { get; } = new();

    /// <summary>Commands that ran, in order.</summary>
    public List<HostCommand> Commands { get; } = [];

    /// <summary>What a command does; at first it publishes.</summary>
    public Func<HostCommand, Task<CommandResult>>? Dotnet { get; set; }

    public string At(params ReadOnlySpan<string> parts) => _folder.At(parts);

    public void Write(string path, string text) => _folder.Write(path, text);

    public EnginePackages Packages(TimeProvider? time = null, string baseFolder = "services/Standalone/bin")
    {
        Options.PackageFolder = At("cache");
        Directory.CreateDirectory(At(baseFolder));
        return new EnginePackages(Store, Microsoft.Extensions.Options.Options.Create(Options), time ?? TimeProvider.System, NullLogger<EnginePackages>.Instance)
        {
            BaseFolder = At(baseFolder),
            Run = (command, _) =>
            {
                Commands.Add(command);
                return Dotnet is null ? Task.FromResult(Publish(command)) : Dotnet(command);
            },
        };
    }

    /// <summary>What the real one leaves in the folder that it is told.</summary>
    public static CommandResult Publish(HostCommand command)
    {
        PublishTo(command.Arguments.Single(argument => argument.StartsWith("-p:Folder=", StringComparison.Ordinal))["-p:Folder=".Length..]);
        return new CommandResult(0, "done\n", "");
    }

    public static void PublishTo(string folder)
    {
        foreach (var name in (string[])["finetune-trainer", "finetune-model"])
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
            File.WriteAllText(Path.Combine(folder, name, name), "program of " + name);
            File.WriteAllText(Path.Combine(folder, name, "libhostfxr.so"), "runtime");
        }
    }

    public void Dispose() => _folder.Dispose();
}
