using System.Text;

namespace FineTunePipeline.Hosts.Ssh.Commands;

/// <summary>Keeps the last bytes of an output of any length.</summary>
internal sealed class TailBuffer(int capacity)
{
    /// <summary>What a <see cref="CommandResult"/> keeps: 1 MiB.</summary>
    public const int ResultBytes = 1 << 20;

    private byte[] _ring = new byte[Math.Min(capacity, 4096)];
    private int _start;
    private int _length;

    public void Append(ReadOnlySpan<byte> data)
    {
        if (data.Length > capacity)
        {
            data = data[^capacity..];
        }

        if (_length + data.Length > _ring.Length)
        {
            Grow(Math.Min(capacity, Math.Max(_length + data.Length, 2 * _ring.Length)));
        }

        var surplus = Math.Max(0, _length + data.Length - _ring.Length);
        _start = (_start + surplus) % _ring.Length;
        _length -= surplus;
        var end = (_start + _length) % _ring.Length;
        var first = Math.Min(data.Length, _ring.Length - end);
        data[..first].CopyTo(_ring.AsSpan(end));
        data[first..].CopyTo(_ring);
        _length += data.Length;
    }

    public byte[] ToArray()
    {
        var bytes = new byte[_length];
        var first = Math.Min(_length, _ring.Length - _start);
        _ring.AsSpan(_start, first).CopyTo(bytes);
        _ring.AsSpan(0, _length - first).CopyTo(bytes.AsSpan(first));
        return bytes;
    }

    /// <summary>As UTF-8, from the first whole character.</summary>
    public override string ToString()
    {
        ReadOnlySpan<byte> bytes = ToArray();
        while (bytes.Length == capacity && bytes is [>= 0x80 and < 0xC0, ..])
        {
            bytes = bytes[1..];
            if (capacity - bytes.Length == 3)
            {
                break;
            }
        }

        return Encoding.UTF8.GetString(bytes);
    }

    private void Grow(int size)
    {
        if (size > _ring.Length)
        {
            var bytes = ToArray();
            _ring = new byte[size];
            bytes.CopyTo(_ring, 0);
            _start = 0;
        }
    }
}
