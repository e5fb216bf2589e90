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

    private const string FindRoot = """
        root=$1
        if [ -z "$root" ]; then
          if [ -d /root/autodl-tmp ] && [ -w /root/autodl-tmp ]; then root=/root/autodl-tmp/finetune; else root=${HOME:?}/finetune; fi
        fi

        """;

    /// <summary>Tells our folder, if a lease has left its own in it, or its lock.</summary>
    private const string FindFormerScript = FindRoot + """
        cd "$root" 2>/dev/null && { [ -d "$2" ] || [ -e .finetune/owner ]; } && pwd -P || :
        """;

    /// <summary>The lock goes where no other lease has moved in.</summary>
    private const string UnlockFormerScript = """
        cd "$1" || exit 0
        [ "$(cat .finetune/lease 2>/dev/null)" != "$3" ] || rm -f .finetune/lease
        for other in ftjob-*; do if [ -d "$other" ]; then exit 0; fi; done
        [ "$(cat .finetune/owner 2>/dev/null)" != "$2" ] || rm -f .finetune/owner
        """;

    /// <summary>
    /// Makes our folder and locks the host for this installation: <c>set -C</c> makes a file only where there is none, so of two installations one gets it.
    /// The lease's own folder is made here and nowhere else: who comes late, after it was given back, finds none to work in. Last it tells the folder of all.
    /// </summary>
    private const string MoveInScript = FindRoot + """
        owner=$2 lease=$3
        mkdir -p "$root/.finetune" && cd "$root" || exit 70
        root=$(pwd -P) && [ "$root" != / ] || exit 70
        if ! (set -C; echo "$owner" >.finetune/owner) 2>/dev/null; then
          [ "$(cat .finetune/owner)" = "$owner" ] || { echo "$root/.finetune/owner" >&2; exit 75; }
        fi
        mkdir -p "$lease" || exit 70
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
        var (all, job) = (row.Reference.WorkFolder, $"{row.Reference.WorkFolder}/{row.JobId ?? "job"}");
        await CleanAsync(visit.Host, job, cancellationToken);

        // The watchdog goes last: were we to end before this, the host would still stop itself.
        await CleanAsync(visit.Host, all, cancellationToken);
        var result = await RunAsync(visit.Host, MoveOutScript, [row.SharedFolder!, Owner(), row.LeaseId!, HostRow.LastLine(row.OnRelease) ?? ""], cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new IOException($"{row.Address} could not be unlocked: {result.StandardError.Trim()}");
        }
    }

    /// <summary>
    /// Cleans up what a lease left on the host before its address changed: on the same computer, started anew or not, its folder is there, and what it started may run.
    /// Repeatable, also beside another lease; where there is nothing of it nothing is done.
    /// </summary>
    /// <exception cref="IOException">The host did not answer.</exception>
    public async Task CleanFormerAsync(HostRow row, string leaseId, CancellationToken cancellationToken)
    {
        await using var door = connector.Visit(row.Door, new RowKeys(hosts, row));
        var found = await RunAsync(door.Host, FindFormerScript, [row.WorkFolder ?? "", leaseId], cancellationToken);
        if (found.StandardOutput.Trim() is not ['/', _, ..] root)
        {
            return;
        }

        await using var visit = connector.Visit(row.Door with { WorkFolder = $"{root}/{leaseId}" }, new RowKeys(hosts, row));
        await CleanAsync(visit.Host, $"{root}/{leaseId}", cancellationToken);
        await RunAsync(visit.Host, UnlockFormerScript, [root, Owner(), leaseId], cancellationToken);
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

    private static async Task CleanAsync(IComputeHost host, string leaseFolder, CancellationToken cancellationToken)
    {
        await HostRuns.StopAllAsync(host, leaseFolder, StopGrace, cancellationToken);
        await host.DeleteAsync(leaseFolder, cancellationToken);
    }

    private static Task<CommandResult> RunAsync(IComputeHost host, string script, string[] arguments, CancellationToken cancellationToken) =>
        host.RunAsync(new HostCommand { FileName = "sh", Arguments = ["-c", script, "sh", .. arguments], TimeLimit = Limit }, cancellationToken);

    /// <summary>This installation is its key: whoever has that may clean up what it left.</summary>
    private string Owner() => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(SshKeyFile.PublicLine(ssh.Value.KeyFile))))[..16];
}
