using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;

namespace FineTunePipeline.ModelFormats.Safetensors;

/// <summary>
/// A safetensors file mapped into memory: opening costs the header alone, bytes are read by the operating system when they are touched. Threads may read at
/// the same time. Pointers and spans are valid until <see cref="Dispose"/>; nobody may shorten the file meanwhile.
/// </summary>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private readonly FileStream _stream;
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly SafetensorsHeader _header;
    private byte* _start;

    private SafetensorsFile(string path, FileStream stream, MemoryMappedFile map, MemoryMappedViewAccessor view, byte* start, SafetensorsHeader header)
    {
        Path = path;
        _stream = stream;
        _map = map;
        _view = view;
        _start = start;
        _header = header;
    }

    public string Path { get; }

    /// <summary>Keyed by name; enumerates in the order of the header.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors => _header.Tensors;

    /// <summary>The texts under <c>__metadata__</c>; often <c>format = pt</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <exception cref="InvalidModelFileException">The file breaks any rule of the format.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static SafetensorsFile Open(string path)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        MemoryMappedFile? map = null;
        MemoryMappedViewAccessor? view = null;
        byte* start = null;
        try
        {
            var length = stream.Length;
            var headerLength = HeaderLength(path, stream, length);
            map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
            var header = SafetensorsHeader.Read(path, new ReadOnlySpan<byte>(start + view.PointerOffset + 8, (int)headerLength), 8 + headerLength, length);
            return new SafetensorsFile(path, stream, map, view, start + view.PointerOffset, header);
        }
        catch
        {
            if (start != null)
            {
                view!.SafeMemoryMappedViewHandle.ReleasePointer();
            }

            view?.Dispose();
            map?.Dispose();
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The first byte of a tensor.</summary>
    public byte* Pointer(TensorEntry entry)
    {
        ObjectDisposedException.ThrowIf(_start == null, this);
        return _start + Own(entry).Offset;
    }

    /// <summary>All bytes of a tensor of less than 2 GiB; larger ones are read in pieces.</summary>
    public ReadOnlySpan<byte> Bytes(TensorEntry entry) => new(Pointer(entry), checked((int)entry.ByteLength));

    /// <summary>A piece of a tensor.</summary>
    /// <param name="entry">One of <see cref="Tensors"/>.</param>
    /// <param name="offset">Bytes from the start of the tensor.</param>
    /// <param name="length">Bytes.</param>
    public ReadOnlySpan<byte> Bytes(TensorEntry entry, long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, entry.ByteLength - length);
        return new ReadOnlySpan<byte>(Pointer(entry) + offset, length);
    }

    /// <summary>
    /// Copies a piece of a tensor by reading the file, which is faster than the map for one pass over much data and fails with an exception if the file
    /// shrinks.
    /// </summary>
    /// <param name="entry">One of <see cref="Tensors"/>.</param>
    /// <param name="offset">Bytes from the start of the tensor.</param>
    /// <param name="destination">Filled completely.</param>
    public void Read(TensorEntry entry, long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, entry.ByteLength - destination.Length);
        var position = Own(entry).Offset + offset;
        while (!destination.IsEmpty)
        {
            var read = RandomAccess.Read(_stream.SafeFileHandle, destination, position);
            if (read == 0)
            {
                throw new InvalidModelFileException(Path, "it became shorter while it was read; let nothing write to it and try again");
            }

            destination = destination[read..];
            position += read;
        }
    }

    public void Dispose()
    {
        if (_start == null)
        {
            return;
        }

        _start = null;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
        _stream.Dispose();
    }

    private static long HeaderLength(string path, FileStream stream, long length)
    {
        Span<byte> prefix = stackalloc byte[8];
        if (length < 8 || RandomAccess.Read(stream.SafeFileHandle, prefix, 0) != 8)
        {
            throw new InvalidModelFileException(path, $"it has only {length} bytes and cannot be a safetensors file; download or write it again");
        }

        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength > SafetensorsHeader.MaxHeaderBytes || headerLength > (ulong)(length - 8))
        {
            throw new InvalidModelFileException(path,
                $"its header claims {headerLength} bytes, but at most {Math.Min(SafetensorsHeader.MaxHeaderBytes, length - 8)} are possible; "
                + "the file is cut off or not a safetensors file: download or write it again");
        }

        return (long)headerLength;
    }

    /// <summary>An entry of another file would be a wild pointer.</summary>
    private TensorEntry Own(TensorEntry entry) =>
        _header.Tensors.TryGetValue(entry.Name, out var own) && (ReferenceEquals(own, entry) || own == entry)
            ? own
            : throw new ArgumentException($"Tensor '{entry.Name}' is not from {Path}", nameof(entry));
}
