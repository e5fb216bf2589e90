using System.Globalization;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Probes;

namespace FineTunePipeline.Provisioning.Prepare.Checks;

/// <summary>Memory and clock.</summary>
internal sealed class MachineChecks(PrepareOptions options, TimeProvider time)
{
    public async Task<Finding> MemoryAsync(HostUnderTest test, CancellationToken cancellationToken)
    {
        var machine = await test.Host.RunAsync(
            new HostCommand { FileName = "cat", Arguments = ["/proc/meminfo"], TimeLimit = options.ProbeTimeLimit }, cancellationToken);
        if (MemoryReport.AvailableBytes(machine.StandardOutput) is not { } available)
        {
            return Finding.PutOff("unknown: the host has no /proc/meminfo");
        }

        var container = ControlGroupReport.AvailableBytes((await test.AskAsync("memory", ControlGroupReport.Script, cancellationToken)).StandardOutput);
        var least = Math.Min(available, container ?? long.MaxValue);
        var whose = container < available ? " to this container" : "";
        return Finding.Of(
            least >= options.MinimumMemoryBytes,
            string.Create(CultureInfo.InvariantCulture, $"{least >> 20} MiB available{whose}, {options.MinimumMemoryBytes >> 20} MiB needed"));
    }

    public async Task<Finding> ClockAsync(HostUnderTest test, CancellationToken cancellationToken)
    {
        var asked = time.GetUtcNow();
        var answer = (await test.AskAsync("clock", "date -u +%s", cancellationToken)).StandardOutput.Trim();
        if (!long.TryParse(answer, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return Finding.PutOff("unknown: date gave no answer");
        }

        // Read at some moment between question and answer, and cut to whole seconds.
        var between = asked + ((time.GetUtcNow() - asked) / 2);
        var offset = TimeSpan.FromSeconds(Math.Round((DateTimeOffset.FromUnixTimeSeconds(seconds) - between).TotalSeconds));
        var said = offset.Duration() <= TimeSpan.FromSeconds(1) ? "right" : $"{offset.Duration()} {(offset > TimeSpan.Zero ? "ahead" : "behind")}";
        return Finding.Of(offset.Duration() <= options.MaximumClockOffset, $"{said}, {options.MaximumClockOffset} allowed");
    }
}
