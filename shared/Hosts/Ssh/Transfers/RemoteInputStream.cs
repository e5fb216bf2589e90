using FineTunePipeline.Hosts.Ssh.Commands;

namespace FineTunePipeline.Hosts.Ssh.Transfers;

/// <summary>The standard input of a process on the host, for a writer of many small pieces. What is written last goes with <see cref="FlushAsync(CancellationToken)"/>.</summary>
/// <param name="moved">Told after each piece that SSH.NET has taken.</param>
internal sealed class RemoteInputStream(RemoteProcess process, Action moved) : Stream
{
    private const int BufferBytes = 256 * 1024;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _filled;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <exception cref="RemoteInputClosedException">The process has ended: its exit code says why.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var taken = Math.Min(buffer.Length, BufferBytes - _filled);
            buffer[..taken].CopyTo(_buffer.AsMemory(_filled));
            buffer = buffer[taken..];
            _filled += taken;
            if (_filled == BufferBytes)
            {
                await FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_filled > 0 && !await process.WriteAsync(_buffer.AsMemory(0, _filled), cancellationToken).ConfigureAwait(false))
        {
            throw new RemoteInputClosedException();
        }

        _filled = 0;
        moved();
    }

    public override void Flush() => throw new NotSupportedException("Flush it asynchronously.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Write to it asynchronously.");

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}

/// <summary>A process on the host has ended and reads no more.</summary>
internal sealed class RemoteInputClosedException() : IOException("The process on the host has ended.");
