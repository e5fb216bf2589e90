namespace FineTunePipeline.ModelFormats.Datasets;

/// <summary>A window over a file that grows up to one record's limit and never beyond, so that memory does not depend on the file's size.</summary>
internal sealed class RecordBuffer(Stream stream, int maxRecordBytes)
{
    private byte[] _bytes = new byte[1 << 16];
    private int _start;
    private int _end;
    private long _lineStart;
    private long _consumed;

    /// <summary>Line of the first unread byte, from 1.</summary>
    public long Line { get; private set; } = 1;

    /// <summary>Bytes between the line's start and the first unread byte.</summary>
    public long Column => _consumed - _lineStart;

    public bool AtEndOfFile { get; private set; }

    public ReadOnlySpan<byte> Unread => _bytes.AsSpan(_start, _end - _start);

    public ReadOnlyMemory<byte> Peek(int length) => _bytes.AsMemory(_start, length);

    /// <summary>Reads more of the file; false when the window already holds more than a record may have.</summary>
    public bool Fill()
    {
        if (_end - _start > maxRecordBytes)
        {
            return false;
        }

        if (_start > 0)
        {
            Unread.CopyTo(_bytes);
            _end -= _start;
            _start = 0;
        }

        if (_end == _bytes.Length)
        {
            Array.Resize(ref _bytes, checked((int)Math.Min((long)_bytes.Length * 2, maxRecordBytes + (1L << 16))));
        }

        var read = stream.Read(_bytes, _end, _bytes.Length - _end);
        _end += read;
        AtEndOfFile = read == 0;
        return true;
    }

    public void Consume(int length)
    {
        var taken = Unread[..length];
        Line += taken.Count((byte)'\n');
        var last = taken.LastIndexOf((byte)'\n');
        if (last >= 0)
        {
            _lineStart = _consumed + last + 1;
        }

        _start += length;
        _consumed += length;
    }

    /// <summary>Skips a byte order mark, which belongs to no line.</summary>
    public void SkipMark(int length)
    {
        _start += length;
    }

    /// <summary>Skips blanks and line breaks; the next byte, or -1 at the end of the file.</summary>
    public int SkipBlanks()
    {
        while (true)
        {
            var index = Unread.IndexOfAnyExcept(" \t\r\n"u8);
            if (index >= 0)
            {
                Consume(index);
                return Unread[0];
            }

            Consume(Unread.Length);
            if (!AtEndOfFile)
            {
                Fill();
            }

            if (AtEndOfFile && Unread.IsEmpty)
            {
                return -1;
            }
        }
    }
}
