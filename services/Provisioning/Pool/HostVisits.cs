using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FineTunePipeline.Contracts.Secrets;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Runs;
using FineTunePipeline.Hosts.Ssh;
using FineTunePipeline.Provisioning.Data;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Provisioning.Pool;

/// <summary>What is done on a host of the pool itself: move in, look whether it lives, clean up.</summary>
internal sealed class HostVisits(SshHostConnector connector, HostTable hosts, SecretKey secrets, IOptions<SshOptions> ssh)
{
    /// <summary>Below the folder that outlives leases: names the lease that has the host.</summary>
    public const string LeaseFile = "/.finetune/lease";

    private const int NoFolder = 70;
    private const int InUse = 75;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Makes our folder and locks the host for this installation: <c>set -C</c> makes a file only where there is none, so of two installations one gets it.
    /// Then it names the lease that has the host, which disarms a watchdog of any other, and tells the folder.
    /// </summary>
    private const string MoveInScript = """
        root=$1 owner=$2 lease=$3
        if [ -z "$root" ]; then
          if [ -d /root/autodl-tmp ] && [ -w /root/autodl-tmp ]; then root=/root/autodl-tmp/finetune; else root=${HOME:?}/finetune; fi
        fi
        mkdir -p "$root/.finetune" && cd "$root" || exit 70
        root=$(pwd -P) && [ "$root" != / ] || exit 70
        if ! (set -C; echo "$owner" >.finetune/owner) 2>/dev/null; then
          [ "$(cat .finetune/owner)" = "$owner" ] || { echo "$root/.finetune/owner" >&2; exit 75; }
        fi
        echo "$lease" >".finetune/lease.$$" && mv -f ".finetune/lease.$$" .finetune/lease || exit 70
        echo "$root"
        """;

    /// <summary>As <c>ssh-copy-id</c>: readable by its owner alone, or the server ignores it; a last line without an end gets one.</summary>
    private const string InstallKeyScript = """
        umask 077; cd && mkdir -p .ssh && keys=.ssh/authorized_keys && touch "$keys" || exit
        grep -qxF "$1" "$keys" && exit
        [ -z "$(tail -c 1 "$keys")" ] || echo >>"$keys"
        printf '%s\n' "$1" >>"$keys"
        """;

    /// <summary>A shutdown begins a second later, so that its answer still reaches us.</summary>
    private const string MoveOutScript = """
        [ "$(cat "$1/.finetune/lease" 2>/dev/null)" != "$3" ] || rm -f "$1/.finetune/lease" || exit
        [ "$(cat "$1/.finetune/owner" 2>/dev/null)" != "$2" ] || rm -f "$1/.finetune/owner" || exit
        [ -n "$4" ] || exit 0
        cd /; (sleep 1; exec sh -c "$4") </dev/null >/dev/null 2>&1 &
        """;

    /// <summary>Returns the folder that outlives leases. Repeatable.</summary>
    /// <exception cref="IOException">The host cannot be reached, does not let us in, has another key, no place, or is used by another installation.</exception>
    public async Task<string> MoveInAsync(HostRow row, CancellationToken cancellationToken)
    {
        await SshKeyFile.EnsureAsync(ssh.Value.KeyFile, cancellationToken);
        var result = await MoveInWithKeyAsync(row, cancellationToken);
        var folder = result.StandardOutput.Trim();
        return result.ExitCode switch
        {
            0 when folder.StartsWith('/') => folder,
            NoFolder => throw new IOException($"No folder for jobs can be made on {row.Address}: {result.StandardError.Trim()} Set another one: finetune hosts update {row.Name} --folder FOLDER."),
            InUse => throw new IOException(
                $"{row.Address} is in use by another installation of FineTunePipeline. If that one is gone, delete {result.StandardError.Trim()} there."),
            _ => throw new IOException($"{row.Address} cannot be used (exit code {result.ExitCode}): {result.StandardError.Trim()}"),
        };
    }

    /// <summary>Ends what runs for a lease, deletes its folder, unlocks the host, and does what its owner wants done then. Repeatable.</summary>
    public async Task MoveOutAsync(HostRow row, CancellationToken cancellationToken)
    {
        await using var visit = connector.Visit(row.Reference, new RowKeys(hosts, row));
        var (all, job) = (row.Reference.WorkFolder, $"{row.Reference.WorkFolder}/{row.JobId}");
        await HostRuns.StopAllAsync(visit.Host, job, StopGrace, cancellationToken);
        await visit.Host.DeleteAsync(job, cancellationToken);

        // The watchdog goes last: were we to end before this, the host would still stop itself.
        await HostRuns.StopAllAsync(visit.Host, all, StopGrace, cancellationToken);
        await visit.Host.DeleteAsync(all, cancellationToken);
        var result = await RunAsync(visit.Host, MoveOutScript, [row.SharedFolder!, Owner(), row.LeaseId!, HostRow.LastLine(row.OnRelease) ?? ""], cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new IOException($"{row.Address} could not be unlocked: {result.StandardError.Trim()}");
        }
    }

    /// <summary>Returns when the host has answered.</summary>
    /// <exception cref="IOException">It did not.</exception>
    public Task ProbeAsync(HostRow row, CancellationToken cancellationToken) =>
        connector.Connect(row.Reference).RunAsync(new HostCommand { FileName = "true", TimeLimit = Limit }, cancellationToken);

    /// <summary>Where our key is not known, a password installs it.</summary>
    private async Task<CommandResult> MoveInWithKeyAsync(HostRow row, CancellationToken cancellationToken)
    {
        try
        {
            return await MoveInOnceAsync(row, cancellationToken);
        }
        catch (HostLoginRefusedException) when (row.Password is not null)
        {
            var password = await secrets.OpenAsync(JsonSerializer.Deserialize<SealedSecret>(row.Password)!, cancellationToken);
            await using var visit = connector.Visit(row.Door, new RowKeys(hosts, row), new SshPassword(password));
            var result = await RunAsync(visit.Host, InstallKeyScript, [SshKeyFile.PublicLine(ssh.Value.KeyFile)], cancellationToken);
            return result.ExitCode == 0
                ? await MoveInOnceAsync(row, cancellationToken)
                : throw new IOException($"Our key could not be installed on {row.Address} (exit code {result.ExitCode}): {result.StandardError.Trim()}");
        }
    }

    private async Task<CommandResult> MoveInOnceAsync(HostRow row, CancellationToken cancellationToken)
    {
        await using var visit = connector.Visit(row.Door, new RowKeys(hosts, row));
        return await RunAsync(visit.Host, MoveInScript, [row.WorkFolder ?? "", Owner(), row.LeaseId!], cancellationToken);
    }

    private static Task<CommandResult> RunAsync(IComputeHost host, string script, string[] arguments, CancellationToken cancellationToken) =>
        host.RunAsync(new HostCommand { FileName = "sh", Arguments = ["-c", script, "sh", .. arguments], TimeLimit = Limit }, cancellationToken);

    /// <summary>This installation is its key: whoever has that may clean up what it left.</summary>
    private string Owner() => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(SshKeyFile.PublicLine(ssh.Value.KeyFile))))[..16];
}
