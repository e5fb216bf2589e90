namespace FineTunePipeline.ModelFormats.Datasets;

/// <summary>
/// Finds where one JSON value ends, by its brackets and quotes alone; can be continued when more bytes have come. A line break inside a text or a wrong
/// bracket ends it with a problem, because behind such a fault nobody can say where the next element begins.
/// </summary>
internal struct ElementScan()
{
    private const int MaxDepth = 64;

    private readonly Stack<byte> _open = new();
    private bool _inText;

    /// <summary>Bytes of the value (or before the problem).</summary>
    public int Length { get; private set; }

    public bool Done { get; private set; }

    public string? Problem { get; private set; }

    /// <param name="bytes">From the start of the value; the same bytes as in the last call, and more.</param>
    /// <returns>True when the end or a problem is found.</returns>
    public bool Run(ReadOnlySpan<byte> bytes)
    {
        while (!Done && Length < bytes.Length)
        {
            var found = _inText ? bytes[Length..].IndexOfAny((byte)'"', (byte)'\\', (byte)'\n') : bytes[Length..].IndexOfAny("\"{}[],"u8);
            if (found < 0)
            {
                Length = bytes.Length;
                return false;
            }

            Length += found;
            if (_inText && bytes[Length] == '\\')
            {
                if (Length + 1 >= bytes.Length)
                {
                    return false;
                }

                Length += 2;
                continue;
            }

            Step(bytes[Length]);
        }

        return Done;
    }

    private void Step(byte next)
    {
        switch (next)
        {
            case (byte)'\n':
                End("a text is not closed before the end of its line; close it with '\"', or write \\n for a line break");
                break;
            case (byte)'"':
                _inText = !_inText;
                Length++;
                break;
            case (byte)'{' or (byte)'[':
                _open.Push(next);
                if (_open.Count > MaxDepth)
                {
                    End($"brackets are nested more than {MaxDepth} deep");
                }

                Length++;
                break;
            case (byte)',':
                if (_open.Count == 0)
                {
                    Done = true;
                }
                else
                {
                    Length++;
                }

                break;
            default:
                Close(next);
                break;
        }
    }

    private void Close(byte bracket)
    {
        var expected = bracket == '}' ? (byte)'{' : (byte)'[';
        if (_open.Count == 0)
        {
            // The array's own ']' ends a value without brackets, such as a number.
            if (bracket == ']')
            {
                Done = true;
            }
            else
            {
                End("there is a '}' without its '{'");
            }
        }
        else if (_open.Pop() != expected)
        {
            End(bracket == ']' ? "a '}' is missing before this ']'" : "a ']' is missing before this '}'");
        }
        else
        {
            Length++;
            Done = _open.Count == 0;
        }
    }

    private void End(string problem)
    {
        Problem = problem;
        Done = true;
    }
}
