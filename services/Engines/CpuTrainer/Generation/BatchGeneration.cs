using FineTunePipeline.CpuTrainer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Generation;

/// <summary>One batch of prompts, padded on the left so that all go on at the same place. Rows that are done leave the batch.</summary>
internal sealed class BatchGeneration : IDisposable
{
    private readonly CausalLm _model;
    private readonly GenerationSettings _settings;
    private readonly List<Row> _rows;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly KvCache _cache;
    private readonly int _longest;
    private Tensor? _mask;

    public BatchGeneration(CausalLm model, GenerationSettings settings, IReadOnlyList<(int Index, int[] Ids)> prompts)
    {
        _model = model;
        _settings = settings;
        _rows = [.. prompts.Select(prompt => new Row(prompt.Index, prompt.Ids, new TokenPicker(settings, prompt.Index)))];
        _longest = prompts.Max(prompt => prompt.Ids.Length);
        var capacity = Math.Min(_longest + settings.MaxNewTokens, model.Config.MaxPositions);
        _cache = new KvCache(model.Config, prompts.Count, capacity, model.ComputeType);
        if (prompts.Any(prompt => prompt.Ids.Length != _longest))
            _mask = Padding(capacity);
    }

    public IEnumerable<(int Index, Completion Completion)> Run(CancellationToken cancellationToken)
    {
        var done = new List<(int, Completion)>();
        var next = Prompts();
        while (_rows.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var picked = _settings.MaxNewTokens > 0 ? Step(next) : [];
            done.AddRange(Finish(picked));
            next = [.. _rows.Select(row => row.Ids[^1])];
        }
        return done;
    }

    public void Dispose()
    {
        _cache.Dispose();
        _scope.Dispose();
    }

    /// <summary>Feeds tokens (all rows' prompts, or one token per row) and returns the next token of each row.</summary>
    private int[] Step(long[] tokens)
    {
        using var scope = NewDisposeScope();
        var fed = tensor(tokens).view(_rows.Count, -1);
        var seen = _cache.Length + fed.shape[1];
        var hidden = _model.Hidden(fed, _mask?.slice(1, 0, seen, 1), _cache);
        var scores = _model.Logits(hidden.slice(1, -1, long.MaxValue, 1).squeeze(1));
        if (_settings.Temperature <= 0)
            return [.. scores.argmax(1).data<long>().ToArray().Select(id => (int)id)];

        var values = scores.contiguous().data<float>().ToArray();
        var width = _model.Config.VocabSize;
        return [.. _rows.Select((row, i) => row.Picker.Pick(values.AsSpan(i * width, width)))];
    }

    /// <summary>Takes the picked tokens in and the rows that are done out.</summary>
    private List<(int Index, Completion Completion)> Finish(int[] picked)
    {
        var done = new List<(int, Completion)>();
        var kept = new List<long>();
        for (var i = 0; i < _rows.Count; i++)
        {
            var stopped = picked.Length > 0 && _settings.StopIds.Contains(picked[i]);
            if (!stopped && picked.Length > 0)
                _rows[i].Ids.Add(picked[i]);
            if (stopped || _rows[i].New >= _settings.MaxNewTokens || _cache.Length >= _cache.Capacity)
                done.Add((_rows[i].Index, new Completion(_rows[i].Ids[^_rows[i].New..], stopped)));
            else
                kept.Add(i);
        }

        if (kept.Count < _rows.Count)
            Keep(kept);
        return done;
    }

    private void Keep(List<long> kept)
    {
        var rows = kept.Select(i => _rows[(int)i]).ToList();
        _rows.Clear();
        _rows.AddRange(rows);
        if (rows.Count == 0)
            return;

        using var scope = NewDisposeScope();
        var index = tensor(kept.ToArray());
        _cache.KeepRows(index);
        if (_mask is not null)
            _mask = _mask.index_select(0, index).MoveToOuterDisposeScope();
    }

    private long[] Prompts()
    {
        var tokens = new long[_rows.Count * _longest];
        for (var i = 0; i < _rows.Count; i++)
        {
            var ids = _rows[i].Ids;
            for (var j = 0; j < ids.Count; j++)
                tokens[((i + 1) * _longest) - ids.Count + j] = ids[j];
        }
        return tokens;
    }

    private Tensor Padding(long capacity)
    {
        var mask = new long[_rows.Count * capacity];
        for (var i = 0; i < _rows.Count; i++)
            mask.AsSpan((int)(i * capacity) + _longest - _rows[i].Ids.Count, (int)capacity - _longest + _rows[i].Ids.Count).Fill(1);
        return tensor(mask).view(_rows.Count, capacity);
    }

    private sealed class Row(int index, int[] prompt, TokenPicker picker)
    {
        public int Index => index;

        public List<int> Ids { get; } = [.. prompt];

        public TokenPicker Picker => picker;

        public int New => Ids.Count - prompt.Length;
    }
}
