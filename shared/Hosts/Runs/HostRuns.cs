using System.Text;

namespace FineTunePipeline.Hosts.Runs;

/// <summary>
/// Takes commands to their end on a host under the host contract: starts one in its run folder, or adopts what an earlier entry of the same attempt left
/// there, then looks until it has ended. Stopping to look (cancellation) leaves the run alone.
/// </summary>
public sealed class HostRuns(TimeProvider time)
{
    private const int TailBytes = 64 * 1024;
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SlowestLook = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(30);

    /// <summary>Returns when the run has ended, well or not.</summary>
    /// <param name="doing">What it does, for people: "merging the adapter".</param>
    /// <exception cref="HostUnreachableException">No contact for half an hour.</exception>
    public async Task<RunEnd> ToEndAsync(IComputeHost host, string runFolder, HostCommand command, string doing, CancellationToken cancellationToken)
    {
        await host.StartAsync(runFolder, command, cancellationToken).ConfigureAwait(false);
        var look = await WaitAsync(host, runFolder, doing, cancellationToken).ConfigureAwait(false);
        return look is { State: RunState.Exited, ExitCode: 0 }
            ? new RunEnd(0, "")
            : await EndAsync(host, runFolder, look, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>How a run ended that does not run any more, with the last of its standard error.</summary>
    public static async Task<RunEnd> EndAsync(IComputeHost host, string runFolder, RunLook look, CancellationToken cancellationToken) =>
        new(
            look.State == RunState.Exited ? look.ExitCode : null,
            await TailAsync(host, runFolder, RunFolder.Error, cancellationToken).ConfigureAwait(false));

    /// <summary>Ends every run whose folder lies below this one.</summary>
    public static async Task StopAllAsync(IComputeHost host, string folder, TimeSpan grace, CancellationToken cancellationToken)
    {
        var commands = (await host.ListAsync(folder, cancellationToken).ConfigureAwait(false))
            .Where(file => file.Path.EndsWith('/' + RunFolder.Command, StringComparison.Ordinal) || file.Path.EndsWith('/' + RunFolder.CommandScript, StringComparison.Ordinal));
        foreach (var command in commands)
        {
            await host.StopAsync($"{folder}/{command.Path[..command.Path.LastIndexOf('/')]}", grace, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The last 64 KiB of a file of a run folder; empty if there is no such file.</summary>
    public static async Task<string> TailAsync(IComputeHost host, string runFolder, string file, CancellationToken cancellationToken)
    {
        var files = await host.ListAsync(runFolder, cancellationToken).ConfigureAwait(false);
        var length = files.FirstOrDefault(entry => entry.Path == file)?.Bytes ?? 0;
        var bytes = await host.ReadAsync($"{runFolder}/{file}", Math.Max(0, length - TailBytes), TailBytes, cancellationToken).ConfigureAwait(false);
        return Encoding.UTF8.GetString(bytes);
    }

    private async Task<RunLook> WaitAsync(IComputeHost host, string runFolder, string doing, CancellationToken cancellationToken)
    {
        var pause = FirstLook;
        var lastContact = time.GetTimestamp();
        while (true)
        {
            try
            {
                var look = await host.LookAsync(runFolder, cancellationToken).ConfigureAwait(false);
                if (look.State != RunState.Running)
                {
                    return look;
                }

                lastContact = time.GetTimestamp();
            }
            catch (HostUnreachableException exception)
            {
                // Lost contact says nothing about the run: go on looking, for long.
                if (time.GetElapsedTime(lastContact) > LongestSilence)
                {
                    throw new HostUnreachableException($"No contact to the host for {LongestSilence.TotalMinutes:0} minutes while {doing}.", exception);
                }
            }

            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
            pause = pause * 1.5 < SlowestLook ? pause * 1.5 : SlowestLook;
        }
    }
}
