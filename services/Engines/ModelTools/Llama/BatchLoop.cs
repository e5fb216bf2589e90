using LLama;
using LLama.Native;

namespace FineTunePipeline.ModelTools.Llama;

/// <summary>
/// Generates many answers at once: each pass through the model takes the next token of every answer and a part of every prompt that is still unread, so
/// that a long prompt delays nobody for long. What fails fails alone. For one thread.
/// </summary>
internal sealed class BatchLoop : IDisposable
{
    private readonly LlamaModel _model;
    private readonly BatchLoopOptions _options;
    private readonly LLamaContext _context;
    private readonly LLamaBatch _batch = new();
    private readonly Slot[] _slots;
    private readonly Queue<Generation> _waiting = new();
    private int _firstInTurn;

    public BatchLoop(LlamaModel model, BatchLoopOptions options)
    {
        _model = model;
        _options = options;
        _context = model.CreateContext(options.Sequences, options.TokensEach, options.BatchTokens);
        _slots = [.. Enumerable.Range(0, options.Sequences).Select(id => new Slot(id))];
    }

    public bool HasWork => _waiting.Count > 0 || _slots.Any(slot => slot.Work is not null);

    /// <summary>A free sequence takes it in one of the next passes; they are taken in order.</summary>
    public void Add(GenerationRequest request, IGenerationListener listener) => _waiting.Enqueue(new Generation(request, listener, _model.Tokenizer));

    /// <summary>One pass through the model.</summary>
    public void Step()
    {
        DropCancelled();
        while (_waiting.Count > 0 && _slots.Any(slot => slot.Work is null))
        {
            Admit(_waiting.Dequeue());
        }

        var shares = Share();
        if (shares.Count > 0)
        {
            Run(shares, retryAlone: true);
        }
    }

    /// <summary>Ends everything that runs or waits; the loop can go on with new work.</summary>
    public void FailAll(Exception failure)
    {
        foreach (var slot in _slots)
        {
            slot.Work?.Fail(failure);
            slot.Work = null;
            Forget(slot, 0);
        }

        while (_waiting.TryDequeue(out var work))
        {
            work.Fail(failure);
        }
    }

    public void Dispose() => _context.Dispose();

    private void Admit(Generation work)
    {
        var prompt = work.Request.Prompt;
        if (prompt.Length == 0 || prompt.Length >= _options.TokensEach)
        {
            work.Fail(new PromptTooLongException(prompt.Length, _options.TokensEach));
            return;
        }

        // The lowest free one, or that which knows most of the prompt: low numbers side by side make the fewest passes.
        var free = _slots.Where(slot => slot.Work is null);
        var slot = work.Request.MayReusePrompt ? free.MaxBy(slot => slot.Knows(prompt))! : free.First();
        Forget(slot, from: work.Request.MayReusePrompt ? slot.Knows(prompt) : 0);
        work.LimitTo(_options.TokensEach);
        slot.Work = work;
    }

    private void DropCancelled()
    {
        foreach (var slot in _slots)
        {
            if (slot.Work is { } work && work.Request.Cancelled.IsCancellationRequested)
            {
                work.Fail(new OperationCanceledException(work.Request.Cancelled));
                slot.Work = null;
            }
        }

        // Who waits and has gone must not keep others out of the queue.
        for (var count = _waiting.Count; count > 0; count--)
        {
            var work = _waiting.Dequeue();
            if (work.Request.Cancelled.IsCancellationRequested)
            {
                work.Fail(new OperationCanceledException(work.Request.Cancelled));
            }
            else
            {
                _waiting.Enqueue(work);
            }
        }
    }

    /// <summary>Who may feed how many tokens in this pass: first one each to those that generate, the rest in equal parts to prompts, taking turns.</summary>
    private List<(Slot Slot, int Tokens)> Share()
    {
        var shares = _slots.Where(slot => slot.Pending == 1).Take(_options.BatchTokens).Select(slot => (slot, 1)).ToList();
        var reading = _slots.Where(slot => slot.Pending > 1).ToList();
        var room = _options.BatchTokens - shares.Count;
        _firstInTurn++;
        for (var turn = 0; turn < reading.Count && room > 0; turn++)
        {
            var slot = reading[(turn + _firstInTurn) % reading.Count];
            var part = Math.Min(slot.Pending, Math.Max(1, room / (reading.Count - turn)));
            shares.Add((slot, part));
            room -= part;
        }

        shares.Sort((left, right) => left.Item1.Id.CompareTo(right.Item1.Id));
        return shares;
    }

    private void Run(IReadOnlyList<(Slot Slot, int Tokens)> shares, bool retryAlone)
    {
        _batch.Clear();
        var outputs = new List<(Slot Slot, int Row)>();
        foreach (var (slot, tokens) in shares)
        {
            for (var index = 0; index < tokens; index++)
            {
                var position = slot.Remembered.Count + index;
                var isLast = index == slot.Pending - 1;
                var row = _batch.Add(slot.Work!.Tokens[position], position, (LLamaSeqId)slot.Id, isLast);
                if (isLast)
                {
                    outputs.Add((slot, row));
                }
            }
        }

        var result = _context.NativeHandle.Decode(_batch);
        if (result != DecodeResult.Ok)
        {
            Recover(shares, result, retryAlone);
            return;
        }

        foreach (var (slot, tokens) in shares)
        {
            slot.Remembered.AddRange(slot.Work!.Tokens.GetRange(slot.Remembered.Count, tokens));
        }

        foreach (var (slot, row) in outputs)
        {
            slot.Work!.Continue(_context.NativeHandle.GetLogitsIth(row));
            if (slot.Work.IsOver)
            {
                slot.Work = null;
            }
        }
    }

    /// <summary>llama.cpp does not say whose tokens it could not take: each is tried alone, and who fails alone is the one.</summary>
    private void Recover(IReadOnlyList<(Slot Slot, int Tokens)> shares, DecodeResult result, bool retryAlone)
    {
        foreach (var (slot, _) in shares)
        {
            Forget(slot, slot.Remembered.Count);
        }

        if (retryAlone && shares.Count > 1)
        {
            foreach (var share in shares)
            {
                Run([share], retryAlone: false);
            }

            return;
        }

        foreach (var (slot, _) in shares)
        {
            var reason = LlamaRuntime.Log.Complaints.LastOrDefault() ?? "no reason given";
            slot.Work!.Fail(new InvalidOperationException($"llama.cpp could not go on with this answer ({result}): {reason}."));
            slot.Work = null;
            Forget(slot, 0);
        }
    }

    /// <summary>Removes everything from a position on. Memories that cannot lose their end alone (sliding windows) are emptied.</summary>
    private void Forget(Slot slot, int from)
    {
        var memory = _context.NativeHandle;
        memory.MemorySequenceRemove((LLamaSeqId)slot.Id, from, -1);
        if (from > 0 && (int)memory.MemorySequenceMaxPosition((LLamaSeqId)slot.Id) != from - 1)
        {
            memory.MemorySequenceRemove((LLamaSeqId)slot.Id, 0, -1);
            from = 0;
        }

        slot.Remembered.RemoveRange(from, slot.Remembered.Count - from);
    }
}
