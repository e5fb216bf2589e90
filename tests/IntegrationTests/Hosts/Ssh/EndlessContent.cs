namespace FineTunePipeline.IntegrationTests.Hosts.Ssh;

/// <summary>Bytes without end, for an upload that is to be cut.</summary>
internal sealed class EndlessContent : Stream
{
    private long _given;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public async Task HasGivenAsync(long bytes)
    {
        while (Interlocked.Read(ref _given) < bytes)
        {
            await Task.Delay(10);
        }
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        Interlocked.Add(ref _given, count);
        return count;
    }

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
