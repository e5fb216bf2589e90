using FineTunePipeline.Hosts;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Evaluation.Running;

/// <summary>
/// Takes an engine to its end on a host under the host contract: starts it in its run folder or adopts what an earlier entry of this attempt left there,
/// then looks until it has ended. Stopping to look (cancellation) leaves the run alone.
/// </summary>
internal sealed class HostRuns(TimeProvider time)
{
    private const int TailBytes = 16 * 1024;
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SlowestLook = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(30);

    /// <summary>Returns when the engine has ended with exit code 0; everything else is a <see cref="StageException"/> with its last lines.</summary>
    /// <param name="name">What runs, for people: "asking the base model".</param>
    public async Task ToEndAsync(IComputeHost host, string runFolder, HostCommand command, string name, CancellationToken cancellationToken)
    {
        await host.StartAsync(runFolder, command, cancellationToken);
        var look = await WaitAsync(host, runFolder, name, cancellationToken);
        if (look.State == RunState.Exited && look.ExitCode == 0)
        {
            return;
        }

        var lastLines = await TailAsync(host, runFolder, RunFolder.Error, cancellationToken);
        throw EngineFailures.Explain(name, look.State == RunState.Exited ? look.ExitCode : null, lastLines);
    }

    private async Task<RunLook> WaitAsync(IComputeHost host, string runFolder, string name, CancellationToken cancellationToken)
    {
        var pause = FirstLook;
        var lastContact = time.GetTimestamp();
        while (true)
        {
            try
            {
                var look = await host.LookAsync(runFolder, cancellationToken);
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
                    throw StageException.Transient(
                        "host_unreachable", $"No contact to the host for {LongestSilence.TotalMinutes:0} minutes while {name}.", exception);
                }
            }

            await Task.Delay(pause, time, cancellationToken);
            pause = pause * 1.5 < SlowestLook ? pause * 1.5 : SlowestLook;
        }
    }

    /// <summary>The end of a file of a run folder.</summary>
    private static async Task<string> TailAsync(IComputeHost host, string runFolder, string file, CancellationToken cancellationToken)
    {
        var length = (await host.ListAsync(runFolder, cancellationToken)).FirstOrDefault(entry => entry.Path == file)?.Bytes ?? 0;
        var bytes = await host.ReadAsync($"{runFolder}/{file}", Math.Max(0, length - TailBytes), TailBytes, cancellationToken);
        return System.Text.Encoding.UTF8.GetString(bytes);
    }
}
