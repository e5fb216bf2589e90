using System.Text;

namespace FineTunePipeline.Hosts.Ssh.Commands;

/// <summary>Skips what the host says before the first line of a <see cref="RemoteScript"/>.</summary>
internal sealed class OutputOpening(string word)
{
    private const int MostNoise = 64 * 1024;

    private readonly byte[] _word = Encoding.ASCII.GetBytes(word);
    private readonly List<byte> _noise = [];

    /// <summary>The rest of the opening line; null until it was seen.</summary>
    public string? Line { get; private set; }

    /// <summary>What came until now, for the message when the opening never comes.</summary>
    public string Noise => Encoding.UTF8.GetString(_noise.ToArray()).Trim();

    /// <summary>Takes what arrived and gives back what lies behind the opening line.</summary>
    public ReadOnlySpan<byte> Skip(ReadOnlySpan<byte> data)
    {
        if (Line is not null || data.IsEmpty)
        {
            return data;
        }

        _noise.AddRange(data);
        var all = _noise.ToArray().AsSpan();
        var at = all.IndexOf(_word);
        var end = at < 0 ? -1 : all[at..].IndexOf((byte)'\n');
        if (end < 0)
        {
            // Noise without end is not kept; the word may just have begun.
            _noise.RemoveRange(0, Math.Max(0, _noise.Count - MostNoise));
            return default;
        }

        Line = Encoding.ASCII.GetString(all[(at + _word.Length)..(at + end)]).Trim();
        return all[(at + end + 1)..];
    }
}
