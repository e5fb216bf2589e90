using System.Threading.Channels;

namespace FineTunePipeline.Hosts.Ssh.Transfers;

/// <summary>
/// Which blocks of one file are still to be sent, and how many are whole from its beginning. For several channels at once; each block is with one of them.
/// </summary>
internal sealed class BlockBoard
{
    private readonly Lock _lock = new();
    private readonly SortedSet<int> _waiting;
    private readonly bool[] _isThere;
    private readonly Channel<int> _whole = Channel.CreateUnbounded<int>();
    private int _first;
    private int _left;

    public BlockBoard(int blocks, IReadOnlyCollection<int> missing)
    {
        _isThere = [.. Enumerable.Repeat(true, blocks)];
        foreach (var block in missing)
        {
            _isThere[block] = false;
        }

        (_waiting, _left) = ([.. missing], missing.Count);
        Advance();
    }

    /// <summary>Each new number of blocks that are whole from the beginning; ends with <see cref="Close"/>.</summary>
    public ChannelReader<int> Whole => _whole.Reader;

    public bool IsComplete
    {
        get
        {
            lock (_lock)
            {
                return _left == 0;
            }
        }
    }

    public bool HasWaiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count > 0;
            }
        }
    }

    /// <summary>The first block that nobody sends.</summary>
    public bool TryTake(out int block)
    {
        lock (_lock)
        {
            block = _waiting.Count > 0 ? _waiting.Min : -1;
            return _waiting.Remove(block);
        }
    }

    /// <summary>They were not confirmed: somebody else must send them.</summary>
    public void GiveBack(IEnumerable<int> blocks)
    {
        lock (_lock)
        {
            _waiting.UnionWith(blocks);
        }
    }

    /// <summary>The host has it.</summary>
    public void Confirm(int block)
    {
        lock (_lock)
        {
            _isThere[block] = true;
            _left--;
            Advance();
        }
    }

    /// <summary>No more is sent.</summary>
    public void Close() => _whole.Writer.TryComplete();

    private void Advance()
    {
        var before = _first;
        while (_first < _isThere.Length && _isThere[_first])
        {
            _first++;
        }

        if (_first > before)
        {
            _whole.Writer.TryWrite(_first);
        }
    }
}
