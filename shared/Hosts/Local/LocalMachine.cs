using FineTunePipeline.Contracts.Provision;

namespace FineTunePipeline.Hosts.Local;

/// <summary>Names this computer, so that a service on another one never takes a local host of ours for its own.</summary>
public static class LocalMachine
{
    /// <summary><see cref="HostReference.Kind"/> of this computer.</summary>
    public const string Kind = "local";

    private static readonly Lazy<string> Machine = new(ReadId);

    /// <summary>Stable across restarts of this computer: the system's machine id, or its name where there is none.</summary>
    public static string Id => Machine.Value;

    /// <summary>Whether a host is a computer of ours that works there itself, and not one that we reach from it.</summary>
    public static bool IsLocal(this HostReference reference) => reference.Kind == Kind;

    /// <summary>The reference by which messages name this computer with one work folder.</summary>
    public static HostReference Reference(string workRoot, string workFolder) => new() { Kind = Kind, Address = AddressOf(workRoot), WorkFolder = workFolder };

    /// <summary><see cref="HostReference.Address"/>: machine and work root.</summary>
    public static string AddressOf(string workRoot) => $"{Id}:{Path.TrimEndingDirectorySeparator(Path.GetFullPath(workRoot))}";

    private static string ReadId()
    {
        const string path = "/etc/machine-id";
        var id = File.Exists(path) ? File.ReadAllText(path).Trim() : string.Empty;
        return id.Length > 0 ? id : Environment.MachineName;
    }
}
