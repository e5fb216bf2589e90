using System.Text;

namespace FineTunePipeline.ModelTools.Llama;

/// <summary>Ends an answer at given texts. What could be the beginning of one is held back until that is clear, so that no part of it is ever sent.</summary>
internal sealed class StopText(IReadOnlyList<string> stops)
{
    private readonly StringBuilder _held = new();

    /// <summary>True once a stop text was met; nothing follows it.</summary>
    public bool IsMet { get; private set; }

    /// <summary>Text that is certain to belong to the answer.</summary>
    public string Add(string text)
    {
        if (IsMet || text.Length == 0)
        {
            return "";
        }

        if (stops.Count == 0)
        {
            return text;
        }

        _held.Append(text);
        var all = _held.ToString();
        var end = stops.Select(stop => all.IndexOf(stop, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(-1).Min();
        if (end >= 0)
        {
            IsMet = true;
            _held.Clear();
            return all[..end];
        }

        var certain = all.Length - stops.Max(stop => BegunLength(all, stop));
        _held.Remove(0, certain);
        return all[..certain];
    }

    /// <summary>The answer ended by itself: what was held back belongs to it.</summary>
    public string Flush()
    {
        var rest = _held.ToString();
        _held.Clear();
        return rest;
    }

    /// <summary>How much of a stop text stands at the end.</summary>
    private static int BegunLength(string text, string stop)
    {
        for (var length = Math.Min(stop.Length - 1, text.Length); length > 0; length--)
        {
            if (text.EndsWith(stop[..length], StringComparison.Ordinal))
            {
                return length;
            }
        }

        return 0;
    }
}
