using System.Runtime.InteropServices;

namespace FineTunePipeline.Standalone.Demo.Rented;

/// <summary>The OpenSSH server of this computer, which test hosts run.</summary>
/// <param name="Server">Full path of sshd: it starts itself again for each session and refuses to run by a relative one.</param>
internal sealed record OpenSsh(string Server)
{
    private static readonly string[] Folders = ["/usr/sbin", "/usr/local/sbin", "/sbin", "/usr/bin", "/usr/local/bin", "/run/current-system/sw/bin"];

    /// <exception cref="DemoException">There is none, or test hosts cannot run here; the message says what to install.</exception>
    public static OpenSsh Find() => Find(OperatingSystem.IsLinux(), RuntimeInformation.OSArchitecture, Environment.GetEnvironmentVariable("PATH"), File.Exists);

    /// <summary>The same for a computer that a test describes.</summary>
    public static OpenSsh Find(bool isLinux, Architecture processor, string? path, Func<string, bool> exists)
    {
        if (!isLinux || processor != Architecture.X64)
        {
            throw new DemoException(
                "demo --rented needs Linux on x64: its two test hosts are SSH servers of this computer, and the engines for rented hosts are built for that. Plain demo runs here.");
        }

        string? Program(string name) => Folders.Concat((path ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
            .Where(Path.IsPathFullyQualified).Select(folder => Path.Combine(folder, name)).FirstOrDefault(exists);
        var server = Program("sshd") ?? throw new DemoException(
            "demo --rented needs an OpenSSH server for its two test hosts, and this computer has none: install it (Debian, Ubuntu: apt install openssh-server; Fedora: "
            + "dnf install openssh-server; Arch: pacman -S openssh; Alpine: apk add openssh-server). It need not be started, and nothing of its settings is used.");
        return Program("setsid") is not null
            ? new OpenSsh(server) : throw new DemoException("demo --rented needs the program setsid to start its test hosts: install util-linux.");
    }
}
