using System.Text.Json;
using System.Text.Json.Nodes;

namespace FineTunePipeline.Benchmarks;

/// <summary>The results file: name, ours, peer, unit and ratio (above 1 = ours is better) of each measurement.</summary>
internal sealed class BenchmarkReport
{
    private readonly JsonArray _results = [];
    private double _heap;
    private double _heapLimit;

    public void AddSeconds(string name, List<double> ours, List<double> peer, bool? identical)
    {
        var result = new JsonObject
        {
            ["name"] = name,
            ["ours"] = Round(Median(ours)),
            ["peer"] = null,
            ["unit"] = "s",
            ["ratio"] = null,
            ["ours_all"] = List(ours),
        };
        if (peer.Count > 0)
        {
            result["peer"] = Round(Median(peer));
            result["ratio"] = Round(Median(peer) / Median(ours));
            result["peer_all"] = List(peer);
            result["identical"] = identical;
        }

        _results.Add(result);
    }

    /// <summary>Two figures, of which more is better, or less.</summary>
    public void Add(string name, double ours, double? peer, string unit, bool moreIsBetter, string? peerIs = null)
    {
        _results.Add(new JsonObject
        {
            ["name"] = name,
            ["ours"] = Round(ours),
            ["peer"] = peer is { } known ? Round(known) : null,
            ["unit"] = unit,
            ["ratio"] = peer is { } other ? Round(moreIsBetter ? ours / other : other / ours) : null,
            ["peer_is"] = peerIs,
        });
    }

    /// <summary>Keeps the largest; the "peer" of this row is the limit that was set.</summary>
    public void AddHeap(double megabytes, double limit)
    {
        _heap = Math.Max(_heap, megabytes);
        _heapLimit = limit;
    }

    public async Task WriteAsync(string path)
    {
        if (_heap > 0)
        {
            Add("managed_heap_mb", _heap, _heapLimit, "MB", moreIsBetter: false, "the limit");
        }

        var text = new JsonObject { ["results"] = _results }.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
        await File.WriteAllTextAsync(path, text + "\n");
        Console.WriteLine(text);
    }

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2;
    }

    private static JsonArray List(List<double> values) => [.. values.Select(value => JsonValue.Create(Round(value)))];

    private static double Round(double value) => Math.Round(value, 3);
}
