namespace FineTunePipeline.ModelFormats.Datasets;

/// <summary>
/// Cuts a JSON array or a JSONL file into its elements without parsing them, with the line of each, in bounded memory. Which of the two it is, is seen from
/// the first byte that is not blank.
/// </summary>
internal sealed class RecordSplitter(Stream stream, int maxRecordBytes = RecordSplitter.DefaultMaxRecordBytes)
{
    public const int DefaultMaxRecordBytes = 16 << 20;

    private readonly RecordBuffer _buffer = new(stream, maxRecordBytes);

    public IEnumerable<RawRecord> Split()
    {
        _buffer.Fill();
        if (NotText() is { } notText)
        {
            yield return Stop(notText);
            yield break;
        }

        if (_buffer.Unread.StartsWith("\uFEFF"u8))
        {
            _buffer.SkipMark(3);
        }

        var first = _buffer.SkipBlanks();
        if (first < 0)
        {
            yield return Stop("the file is empty; a dataset is a JSON array of objects, or one JSON object per line");
            yield break;
        }

        foreach (var record in first == '[' ? SplitArray() : SplitLines())
        {
            yield return record;
            if (record.EndsReading)
            {
                yield break;
            }
        }
    }

    private string? NotText()
    {
        var head = _buffer.Unread;
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            return "the file is UTF-16 text; save it as UTF-8";
        }

        return head.Contains((byte)0) ? "the file is binary, not JSON text (it contains NUL bytes); export it as JSON or JSONL" : null;
    }

    private IEnumerable<RawRecord> SplitLines()
    {
        while (_buffer.SkipBlanks() >= 0)
        {
            int length;
            while ((length = _buffer.Unread.IndexOf((byte)'\n')) < 0 && !_buffer.AtEndOfFile)
            {
                if (!_buffer.Fill())
                {
                    yield return Stop(TooLarge());
                    yield break;
                }
            }

            length = length < 0 ? _buffer.Unread.Length : length;
            yield return length > maxRecordBytes ? Stop(TooLarge()) : Element(length);
            _buffer.Consume(length);
        }
    }

    private IEnumerable<RawRecord> SplitArray()
    {
        _buffer.Consume(1);
        var next = _buffer.SkipBlanks();
        if (next == ']')
        {
            yield return Stop("the array has no elements; add at least one sample");
            yield break;
        }

        while (true)
        {
            if (next is ',' or ']' or '}')
            {
                yield return Stop($"an element is missing before '{(char)next}'; remove the comma before it or add the element");
                yield break;
            }

            var scan = new ElementScan();
            while (next >= 0 && !scan.Run(_buffer.Unread) && !_buffer.AtEndOfFile)
            {
                if (!_buffer.Fill())
                {
                    yield return Stop(TooLarge());
                    yield break;
                }
            }

            if (next < 0 || !scan.Done || scan.Problem is not null)
            {
                _buffer.Consume(scan.Length);
                yield return Stop(scan.Problem ?? "the file ends inside of the array; it is cut off, or brackets are missing: write it again");
                yield break;
            }

            yield return scan.Length > maxRecordBytes ? Stop(TooLarge()) : Element(scan.Length);
            _buffer.Consume(scan.Length);
            next = _buffer.SkipBlanks();
            if (next == ']')
            {
                break;
            }

            if (next != ',')
            {
                yield return Stop(next < 0
                    ? "the file ends inside of the array; it is cut off, or the closing ']' is missing: write it again"
                    : "a ',' or ']' is expected after the element");
                yield break;
            }

            _buffer.Consume(1);
            next = _buffer.SkipBlanks();
        }

        _buffer.Consume(1);
        if (_buffer.SkipBlanks() >= 0)
        {
            yield return Stop("something follows the end of the array; a file is one array, or one object per line");
        }
    }

    private string TooLarge() =>
        $"this record is larger than {maxRecordBytes >> 20} MB; if the file is not one object per line, make it so; else split the record";

    private RawRecord Element(int length) => new(_buffer.Line, _buffer.Column, _buffer.Peek(length));

    private RawRecord Stop(string problem) => new(_buffer.Line, _buffer.Column, default, problem, EndsReading: true);
}
