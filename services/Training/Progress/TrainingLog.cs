using System.Text.Json;
using FineTunePipeline.Hosts;

namespace FineTunePipeline.Training.Progress;

/// <summary>
/// Reads <c>trainer_log.jsonl</c> from where the last look stopped. A line that is not finished yet waits for the next look; after a resume the
/// trainer writes some steps again, and the later line counts.
/// </summary>
internal sealed class TrainingLog(IComputeHost host, string path)
{
    private const int MaxRead = 256 * 1024;

    private long _offset;

    /// <summary>The newest line with a loss, or null before the first.</summary>
    public TrainingLogLine? Newest { get; private set; }

    /// <summary>The newest line of any kind.</summary>
    public TrainingLogLine? Last { get; private set; }

    /// <summary>Reads what is new; true if there was a whole line.</summary>
    public async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        var any = false;
        while (true)
        {
            var bytes = await host.ReadAsync(path, _offset, MaxRead, cancellationToken);
            var end = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
            if (end == 0)
            {
                return any;
            }

            _offset += end;
            foreach (var line in Lines(bytes.AsMemory(0, end)))
            {
                any = true;
                Last = line;
                if (line.Loss is not null)
                {
                    Newest = line;
                }
            }
        }
    }

    private static IEnumerable<TrainingLogLine> Lines(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var end = bytes.Span.IndexOf((byte)'\n');
            var line = bytes[..end];
            bytes = bytes[(end + 1)..];
            if (Parse(line) is { } parsed)
            {
                yield return parsed;
            }
        }
    }

    /// <summary>A line that a killed trainer left half-written is no news.</summary>
    private static TrainingLogLine? Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize<TrainingLogLine>(line.Span);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
