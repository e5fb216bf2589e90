namespace FineTunePipeline.Hosts;

/// <summary>A port of this computer's loopback that leads to a port of a host's loopback. Disposing it ends the way.</summary>
/// <param name="port">1 to 65535, on 127.0.0.1.</param>
/// <param name="close">What ends it; null where there is nothing to end.</param>
public sealed class ForwardedPort(int port, Func<ValueTask>? close = null) : IAsyncDisposable
{
    public int Port => port;

    public ValueTask DisposeAsync() => close?.Invoke() ?? ValueTask.CompletedTask;
}
