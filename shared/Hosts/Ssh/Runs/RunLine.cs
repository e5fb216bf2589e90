using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace FineTunePipeline.Hosts.Ssh.Runs;

/// <summary>Reads what <c>supervise.sh look</c> prints: <c>none</c>, <c>running BEAT</c>, <c>exited CODE BEAT</c> or <c>vanished BEAT</c>; BEAT in seconds since 1970, or <c>-</c>.</summary>
internal static class RunLine
{
    public static bool TryRead(string line, [NotNullWhen(true)] out RunLook? look)
    {
        look = line.Split(' ') switch
        {
            ["none"] => new RunLook { State = RunState.None },
            ["running", var beat] when TryBeat(beat, out var heartbeat) => new RunLook { State = RunState.Running, Heartbeat = heartbeat },
            ["exited", var code, var beat] when int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var exitCode) && TryBeat(beat, out var heartbeat) =>
                new RunLook { State = RunState.Exited, ExitCode = exitCode, Heartbeat = heartbeat },
            ["vanished", var beat] when TryBeat(beat, out var heartbeat) => new RunLook { State = RunState.Vanished, Heartbeat = heartbeat },
            _ => null,
        };
        return look is not null;
    }

    private static bool TryBeat(string text, out DateTimeOffset? heartbeat)
    {
        heartbeat = null;
        if (text == "-")
        {
            return true;
        }

        // Beyond the year 9999 there is no time to show.
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds) || seconds is < 0 or > 253402300799)
        {
            return false;
        }

        heartbeat = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return true;
    }
}
