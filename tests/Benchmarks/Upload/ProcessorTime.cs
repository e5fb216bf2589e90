using System.Globalization;

namespace FineTunePipeline.Benchmarks.Upload;

/// <summary>Processor seconds from Linux's accounts, in ticks of 10 ms.</summary>
internal readonly record struct ProcessorTime(double Self, double Children)
{
    private const double TicksPerSecond = 100;

    /// <summary>Of a process and of those of its descendants that have ended.</summary>
    public static ProcessorTime Of(int processId)
    {
        var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/stat"));

        // The name, in parentheses, may hold anything. The fourteenth field and the three after it.
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return new ProcessorTime(Seconds(fields[11]) + Seconds(fields[12]), Seconds(fields[13]) + Seconds(fields[14]));
    }

    public static ProcessorTime operator -(ProcessorTime end, ProcessorTime begin) => new(end.Self - begin.Self, end.Children - begin.Children);

    private static double Seconds(string ticks) => double.Parse(ticks, CultureInfo.InvariantCulture) / TicksPerSecond;
}
