namespace FineTunePipeline.IntegrationTests.Hosts.Ssh;

/// <summary>A content that does something, or waits, where a reader comes to an offset.</summary>
internal sealed class TroubledContent(byte[] content, long offset, Func<Memory<byte>, CancellationToken, Task> trouble) : MemoryStream(content, writable: false)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var (begin, read) = (Position, await base.ReadAsync(buffer, cancellationToken));
        if (begin <= offset && offset < begin + read)
        {
            await trouble(buffer[(int)(offset - begin)..read], cancellationToken);
        }

        return read;
    }

    /// <summary>Gives nothing from the offset on, until the reader gives up.</summary>
    public static Task Silence(Memory<byte> rest, CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);
}
