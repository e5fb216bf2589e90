using System.Buffers;
using System.Text;
using System.Text.Json;

namespace FineTunePipeline.Artifacts.Datasets;

/// <summary>
/// Reads JSON text and puts values in the place of <c>{{key}}</c> while the bytes flow, so that a data file of any size needs one small buffer.
/// Values are escaped for a JSON string, because placeholders stand inside JSON strings. A <c>{{key}}</c> that no variable names stays as it is and is
/// remembered in <see cref="Unknown"/>. A byte order mark at the beginning is left out: JSON readers refuse it.
/// </summary>
internal sealed class PlaceholderStream : Stream
{
    private const int ChunkBytes = 64 * 1024;
    private const int LongestKey = 64;
    private const int RememberedUnknown = 10;
    private static readonly byte[] Open = "{{"u8.ToArray();
    private static readonly byte[] Mark = "\uFEFF"u8.ToArray();

    private readonly Stream _inner;
    private readonly Dictionary<string, byte[]> _values;
    private readonly byte[] _input = new byte[ChunkBytes];
    private readonly ArrayBufferWriter<byte> _output = new(ChunkBytes);
    private readonly SortedSet<string> _unknown = new(StringComparer.Ordinal);
    private int _inputLength;
    private int _outputRead;
    private bool _ended;
    private bool _begun;

    public PlaceholderStream(Stream inner, IReadOnlyDictionary<string, string> variables)
    {
        _inner = inner;
        _values = variables.ToDictionary(
            pair => pair.Key,
            pair => JsonEncodedText.Encode(pair.Value, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.ToArray());
    }

    /// <summary>Keys that stand in the text as <c>{{key}}</c> but have no value; the first few.</summary>
    public IReadOnlyCollection<string> Unknown => _unknown;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_outputRead == _output.WrittenCount && !_ended)
        {
            var read = await _inner.ReadAsync(_input.AsMemory(_inputLength), cancellationToken).ConfigureAwait(false);
            Fill(read);
        }

        return Take(buffer.Span);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(Span<byte> buffer)
    {
        while (_outputRead == _output.WrittenCount && !_ended)
        {
            Fill(_inner.Read(_input, _inputLength, _input.Length - _inputLength));
        }

        return Take(buffer);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Take(Span<byte> buffer)
    {
        var ready = _output.WrittenSpan[_outputRead..];
        var count = Math.Min(ready.Length, buffer.Length);
        ready[..count].CopyTo(buffer);
        _outputRead += count;
        return count;
    }

    /// <summary>Turns the input buffer into output, and keeps a tail that could be the beginning of a placeholder.</summary>
    private void Fill(int read)
    {
        _ended = read == 0;
        _inputLength += read;
        _output.ResetWrittenCount();
        _outputRead = 0;

        var text = _input.AsSpan(0, _inputLength);
        if (!_begun && text.Length < Mark.Length && !_ended)
        {
            return;
        }

        var at = !_begun && text.StartsWith(Mark) ? Mark.Length : 0;
        _begun = true;
        while (true)
        {
            var open = text[at..].IndexOf(Open);
            if (open < 0)
            {
                // The last byte may be the first of two braces.
                var keep = !_ended && at < text.Length && text[^1] == (byte)'{' ? 1 : 0;
                _output.Write(text[at..^keep]);
                at = text.Length - keep;
                break;
            }

            _output.Write(text.Slice(at, open));
            at += open;
            var longest = Math.Min(text.Length - at, LongestKey + 4);
            if (longest < LongestKey + 4 && !_ended)
            {
                break;
            }

            at += Replace(text.Slice(at, longest));
        }

        text[at..].CopyTo(_input);
        _inputLength = text.Length - at;
    }

    /// <summary>Writes what stands for the placeholder at the beginning of the text; returns how many bytes of the text that covers.</summary>
    private int Replace(ReadOnlySpan<byte> text)
    {
        var close = text.IndexOf("}}"u8);
        var key = close > 2 ? text[2..close] : [];
        if (key.IsEmpty || key.ContainsAnyExcept(KeyBytes))
        {
            _output.Write(text[..1]);
            return 1;
        }

        var name = Encoding.ASCII.GetString(key);
        if (_values.TryGetValue(name, out var value))
        {
            _output.Write(value);
        }
        else
        {
            if (_unknown.Count < RememberedUnknown)
            {
                _unknown.Add(name);
            }

            _output.Write(text[..(close + 2)]);
        }

        return close + 2;
    }

    private static readonly SearchValues<byte> KeyBytes =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"u8);
}
