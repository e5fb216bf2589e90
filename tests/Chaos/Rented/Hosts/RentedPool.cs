using FineTunePipeline.Chaos.Jobs;
using FineTunePipeline.Hosts.Ssh;

namespace FineTunePipeline.Chaos.Rented.Hosts;

/// <summary>The hosts of the run, and the person who has them and says so to the gateway.</summary>
internal sealed class RentedPool : IAsyncDisposable
{
    private readonly ChaosFolder _folder;
    private readonly Gateway _gateway;

    private RentedPool(ChaosFolder folder, Gateway gateway, IReadOnlyList<RentedMachine> machines) => (_folder, _gateway, Machines) = (folder, gateway, machines);

    public IReadOnlyList<RentedMachine> Machines { get; }

    /// <summary>Names of those that have a status command: every second one.</summary>
    public IReadOnlySet<string> Told => Machines.Where((_, index) => HasStatusCommand(index)).Select(machine => machine.Name).ToHashSet();

    /// <summary>Switches the machines on and adds them; each costs a little more than the one before.</summary>
    public static async Task<RentedPool> StartAsync(ChaosFolder folder, Gateway gateway, int hosts, TimeProvider time, CancellationToken cancellationToken)
    {
        var key = Path.Combine(folder.Home, "ssh_key");
        await SshKeyFile.EnsureAsync(key, cancellationToken);
        var machines = Enumerable.Range(1, hosts)
            .Select(number => new RentedMachine($"h{number}", Path.Combine(folder.Hosts, $"h{number}"), SshKeyFile.PublicLine(key), time)).ToList();
        var pool = new RentedPool(folder, gateway, machines);
        foreach (var (machine, index) in machines.Select((machine, index) => (machine, index)))
        {
            await machine.StartAsync();
            await pool.RememberAsync(machine);
            await gateway.SetHostAsync(
                name: null,
                new { name = machine.Name, address = machine.SshCommand, work_folder = machine.Folder, hourly_price = 10 + index, on_release = "keep", status_command = HasStatusCommand(index) ? machine.StatusCommand : null },
                cancellationToken);
        }

        return pool;
    }

    private static bool HasStatusCommand(int index) => index % 2 == 0;

    /// <summary>The machine has another address: its owner pastes the new command.</summary>
    public Task TellAddressAsync(RentedMachine machine, CancellationToken cancellationToken) =>
        _gateway.SetHostAsync(machine.Name, new { address = machine.SshCommand }, cancellationToken);

    /// <summary>For whoever cleans up after a harness that was killed.</summary>
    public Task RememberAsync(RentedMachine machine) => _folder.RememberAsync(machine.Holder.Pid, machine.Holder.StartedAt);

    public async ValueTask DisposeAsync()
    {
        foreach (var machine in Machines)
        {
            await machine.DisposeAsync();
        }
    }
}
