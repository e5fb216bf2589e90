using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Hosts.Engines.Packages;

/// <summary>Where the engines for hosts come from: a folder in which they lie ready, or a source tree out of which they are published.</summary>
/// <param name="Folder">Absolute.</param>
/// <param name="IsReady">It holds the published engines themselves.</param>
internal sealed record EngineSource(string Folder, bool IsReady)
{
    /// <summary>What publishes them: MSBuild, relative to the source tree.</summary>
    public const string Project = "services/Engines/HostEngines.proj";

    private const string HowToMake =
        $"Make them on a computer with sources and the .NET SDK (dotnet msbuild {Project} -p:Folder=/absolute/folder), and set FINETUNE__Engines__HostFolder to that folder.";

    private const string ReadyFolder = "host-engines";
    private const string RuntimeFile = "libhostfxr.so";

    /// <summary>Of all projects.</summary>
    private static readonly string[] Settings = ["global.json", "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props"];

    /// <summary>The engines that a host gets. Its supervisor is a shell script.</summary>
    public static readonly Engine[] Engines = [Engine.Trainer, Engine.Model];

    /// <param name="set"><see cref="EngineOptions.HostFolder"/>.</param>
    /// <param name="baseFolder">Where the service's own files lie.</param>
    /// <exception cref="EngineMissingException">There is neither; the message says what to set.</exception>
    public static EngineSource Find(string? set, string baseFolder)
    {
        if (!string.IsNullOrWhiteSpace(set))
        {
            return Ready(Path.GetFullPath(set));
        }

        var beside = Path.Combine(baseFolder, ReadyFolder);
        if (Directory.Exists(beside))
        {
            return Ready(beside);
        }

        return SourceTree.Above(baseFolder) is { } tree
            ? new EngineSource(tree, IsReady: false)
            : throw new EngineMissingException(
                $"A rented host needs our engines for Linux x64, and neither is there a source tree above {baseFolder} nor a folder {beside}. {HowToMake}");
    }

    /// <summary>Names the inputs of a package: as long as it is the same, so would the package be.</summary>
    public async Task<string> DigestAsync(CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, "1", Folder, IsReady ? "ready" : "sources", IsReady ? "" : Environment.Version.ToString());
        foreach (var path in IsReady ? FolderFiles.Below(Folder) : Sources())
        {
            var file = new FileInfo(Path.Combine(Folder, path));

            // Half a gigabyte is not read only to know that it is the same as yesterday.
            Add(hash, path, IsReady
                ? string.Create(CultureInfo.InvariantCulture, $"{file.Length} {file.LastWriteTimeUtc.Ticks}")
                : await Digests.Sha256OfFileAsync(file.FullName, cancellationToken).ConfigureAwait(false));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static EngineSource Ready(string folder)
    {
        foreach (var name in Engines.Select(EngineNames.Program))
        {
            if (!File.Exists(Path.Combine(folder, name, name)) || !File.Exists(Path.Combine(folder, name, RuntimeFile)))
            {
                throw new EngineMissingException(
                    $"{Path.Combine(folder, name)} does not hold {name} for Linux x64 with its .NET runtime. {HowToMake}");
            }
        }

        return new EngineSource(folder, IsReady: true);
    }

    /// <summary>Everything that the build of the engines reads, relative to the tree; their own projects are followed to those that they refer to.</summary>
    private List<string> Sources()
    {
        var files = new List<string> { Project };
        files.AddRange(Settings.Where(file => File.Exists(Path.Combine(Folder, file))));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var pending = new Stack<string>(Engines.Select(EngineNames.Project).Select(name => Path.Combine(Folder, "services", "Engines", name, name + ".csproj")));
        while (pending.TryPop(out var project))
        {
            if (!seen.Add(project))
            {
                continue;
            }

            var folder = Path.GetDirectoryName(project)!;
            files.AddRange(FolderFiles.Below(folder).Where(IsSource).Select(file => Path.GetRelativePath(Folder, Path.Combine(folder, file))));
            foreach (var reference in XDocument.Load(project).Descendants("ProjectReference"))
            {
                pending.Push(Path.GetFullPath(Path.Combine(folder, reference.Attribute("Include")!.Value.Replace('\\', '/'))));
            }
        }

        files.Sort(StringComparer.Ordinal);
        return files;
    }

    /// <summary>Not what an earlier build made.</summary>
    private static bool IsSource(string path) => !path.Split('/').Any(part => part is "bin" or "obj");

    private static void Add(IncrementalHash hash, params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(word + "\n"));
        }
    }
}
