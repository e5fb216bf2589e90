using System.Text;
using LLama.Native;

namespace FineTunePipeline.ModelTools.Llama;

/// <summary>What llama.cpp says. Its functions return no reasons: they are only in its log, at levels that do not always fit.</summary>
internal sealed class NativeLog
{
    private const int KeptLines = 40;

    /// <summary>What stands before a reason.</summary>
    private static readonly string[] Markers =
    [
        "error loading model: ", "failed to quantize: ", "gguf_init_from_file_impl: ", "gguf_init_from_file: ", "gguf_init_from_reader: ",
    ];

    private readonly Lock _lock = new();
    private readonly StringBuilder _open = new();
    private readonly Queue<string> _complaints = new();
    private LLamaLogLevel _level;

    /// <summary>Each whole line, as it is written.</summary>
    public Action<string>? OnLine { get; set; }

    /// <summary>The last warnings and errors, oldest first.</summary>
    public IReadOnlyList<string> Complaints
    {
        get
        {
            lock (_lock)
            {
                return [.. _complaints];
            }
        }
    }

    public void Forget()
    {
        lock (_lock)
        {
            _complaints.Clear();
        }
    }

    /// <summary>Pieces of lines come in; a piece of level Continue belongs to the line before.</summary>
    public void Append(LLamaLogLevel level, string message)
    {
        lock (_lock)
        {
            _level = level == LLamaLogLevel.Continue ? _level : level;
            _open.Append(message);
            if (!message.Contains('\n', StringComparison.Ordinal))
            {
                return;
            }

            var lines = _open.ToString().Split('\n');
            _open.Clear().Append(lines[^1]);
            foreach (var line in lines[..^1].Where(line => line.Length > 0))
            {
                Keep(line);
                OnLine?.Invoke(line);
            }
        }
    }

    /// <summary>The most telling line about a failure, without the function names before it; null if there is none.</summary>
    public string? Reason()
    {
        // The first error is the cause, what follows are its consequences.
        var telling = Complaints.FirstOrDefault(line => Markers.Any(marker => line.Contains(marker, StringComparison.Ordinal)));
        foreach (var marker in Markers)
        {
            var at = telling?.IndexOf(marker, StringComparison.Ordinal) ?? -1;
            if (at >= 0)
            {
                return telling![(at + marker.Length)..].Trim();
            }
        }

        return Complaints.LastOrDefault();
    }

    private void Keep(string line)
    {
        if (_level is not (LLamaLogLevel.Warning or LLamaLogLevel.Error))
        {
            return;
        }

        _complaints.Enqueue(line);
        if (_complaints.Count > KeptLines)
        {
            _complaints.Dequeue();
        }
    }
}
