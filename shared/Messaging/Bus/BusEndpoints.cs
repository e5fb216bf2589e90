using System.Collections.Concurrent;
using MassTransit;
using MassTransit.Transports;

namespace FineTunePipeline.Messaging.Bus;

/// <summary>
/// The receive endpoints of a bus that may be stopped and started again. MassTransit stops only endpoints that are marked as started, and starts only those that
/// are not; one that is between two tries of its connection may carry either mark, and would be left out: nobody would read its queue from then on, or the start
/// fails because it still runs. Source: MassTransit 8.5.12, <c>ReceiveEndpointCollection</c>, <c>HealthResultReceiveEndpointObserver</c> (2026-11).
/// </summary>
internal sealed class BusEndpoints : IReceiveEndpointObserver
{
    private readonly ConcurrentDictionary<ReceiveEndpoint, byte> _endpoints = [];

    public Task Ready(ReceiveEndpointReady ready) => Remember(ready.ReceiveEndpoint);

    public Task Stopping(ReceiveEndpointStopping stopping) => Remember(stopping.ReceiveEndpoint);

    public Task Completed(ReceiveEndpointCompleted completed) => Remember(completed.ReceiveEndpoint);

    public Task Faulted(ReceiveEndpointFaulted faulted) => Remember(faulted.ReceiveEndpoint);

    /// <summary>Stops those that the bus left running, so that its next start begins with all of them. The bus must not run.</summary>
    /// <exception cref="OperationCanceledException">One could not be stopped in time: the bus cannot be started again.</exception>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_endpoints.Keys.Select(endpoint => endpoint.Stop(cancellationToken))).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var endpoint in _endpoints.Keys)
        {
            endpoint.CurrentState = ReceiveEndpoint.State.Completed;
        }
    }

    private Task Remember(IReceiveEndpoint endpoint)
    {
        if (endpoint is ReceiveEndpoint known)
        {
            _endpoints.TryAdd(known, 0);
        }

        return Task.CompletedTask;
    }
}
