using System.Text;
using FineTunePipeline.Hosts;

namespace FineTunePipeline.Training.Watching;

/// <summary>Reads what was appended to <c>trainer_log.jsonl</c> since the last time, by byte offset. Half a line waits for its other half.</summary>
internal sealed class TrainerLogReader(IComputeHost host, string path)
{
    private const int ChunkBytes = 64 << 10;

    /// <summary>No line of a log is this long: what is, is dropped up to its end.</summary>
    private const int LongestLine = 1 << 20;

    private readonly MemoryStream _rest = new();
    private long _offset;

    /// <summary>New lines in the order of the file; lines that cannot be read are left out.</summary>
    public async Task<IReadOnlyList<TrainerLogLine>> ReadNewAsync(CancellationToken cancellationToken)
    {
        var lines = new List<TrainerLogLine>();
        byte[] chunk;
        while ((chunk = await host.ReadAsync(path, _offset, ChunkBytes, cancellationToken)).Length > 0)
        {
            _offset += chunk.Length;
            var begin = 0;
            for (int end; (end = Array.IndexOf(chunk, (byte)'\n', begin)) >= 0; begin = end + 1)
            {
                _rest.Write(chunk, begin, end - begin);
                if (TrainerLogLine.Parse(Encoding.UTF8.GetString(_rest.GetBuffer(), 0, (int)_rest.Length)) is { } line)
                {
                    lines.Add(line);
                }

                _rest.SetLength(0);
            }

            _rest.Write(chunk, begin, chunk.Length - begin);
            if (_rest.Length > LongestLine)
            {
                _rest.SetLength(0);
            }
        }

        return lines;
    }
}
