using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace FineTunePipeline.TestKit.Ssh;

/// <summary>What a test's OpenSSH server is given: accounts, keys, settings. All in a folder of its own; nothing of the system is changed.</summary>
internal static class SshServerFiles
{
    /// <summary>Root's there.</summary>
    public const string Password = "correct-horse-battery";

    /// <summary>A file that the server shows before a login, where it is in the folder.</summary>
    public const string Banner = "banner";

    /// <summary>Why none can be started here; null if one can.</summary>
    public static string? Missing() =>
        Environment.GetEnvironmentVariable("FINETUNE_TEST_SSHD_MISSING") is { } missing ? missing
        : !OperatingSystem.IsLinux() || Environment.UserName != "root" ? "it needs root on Linux"
        : !File.Exists("/usr/sbin/sshd") ? "`bash tests/run` installs Debian's package openssh-server, and it is not here"
        : null;

    /// <summary>Makes a key pair, in the place of one that is there.</summary>
    public static void MakeKey(string file)
    {
        File.Delete(file);
        Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file);
    }

    /// <summary>As <c>ssh-keygen -l</c> prints it.</summary>
    public static string Fingerprint(string keyFile) => Run("ssh-keygen", "-l", "-f", keyFile).Split(' ')[1];

    /// <summary>Writes <c>passwd</c>, <c>shadow</c> and <c>shells</c>, to be mounted over the system's own.</summary>
    public static void WriteAccounts(string folder, string home, string loginShell)
    {
        var hash = Run("perl", "-e", "print crypt($ARGV[0], q($6$finetune$))", Password);
        File.WriteAllText(Path.Combine(folder, "shadow"), $"root:{hash}:19000:0:99999:7:::\nsshd:*:19000::::::\n");
        File.WriteAllText(Path.Combine(folder, "passwd"), $"root:x:0:0:root:{home}:{loginShell}\nsshd:x:104:65534::/run/sshd:/usr/sbin/nologin\n");
        File.WriteAllText(Path.Combine(folder, "shells"), loginShell + "\n");
    }

    /// <summary>Writes <c>sshd_config</c>; the host key is <c>host_key</c> in the folder.</summary>
    /// <param name="authorizedKeys">A file beside root's own <c>.ssh/authorized_keys</c>.</param>
    /// <param name="environment">Of all sessions, over their own.</param>
    /// <param name="listen">The server's own address.</param>
    /// <param name="seenAt">The folder's path where the server runs; null: the same.</param>
    /// <returns>Its path.</returns>
    public static string WriteConfig(
        string folder, int port, string authorizedKeys, IReadOnlyDictionary<string, string> environment, string listen = "127.0.0.1", string? seenAt = null)
    {
        var config = Path.Combine(folder, "sshd_config");
        File.WriteAllText(config, string.Create(CultureInfo.InvariantCulture, $"""
            ListenAddress {listen}
            Port {port}
            HostKey {Path.Combine(seenAt ?? folder, "host_key")}
            AuthorizedKeysFile {authorizedKeys} .ssh/authorized_keys
            PidFile none
            StrictModes no
            UsePAM no
            UseDNS no
            PermitRootLogin yes
            PasswordAuthentication yes
            KbdInteractiveAuthentication no
            PrintMotd no
            PrintLastLog no
            Subsystem sftp /usr/lib/openssh/sftp-server
            MaxStartups 100:30:200
            {(File.Exists(Path.Combine(folder, Banner)) ? "Banner " + Path.Combine(seenAt ?? folder, Banner) : "")}
            {(environment.Count == 0 ? "" : "SetEnv " + string.Join(' ', environment.Select(pair => $"{pair.Key}={pair.Value}")))}

            """));
        return config;
    }

    /// <summary>Does anybody take connections there?</summary>
    public static async Task<bool> ListensAsync(string address, int port, CancellationToken cancellationToken)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address, port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Runs a program to its end; returns what it wrote.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }
}
