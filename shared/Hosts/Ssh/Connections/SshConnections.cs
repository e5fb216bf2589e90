namespace FineTunePipeline.Hosts.Ssh.Connections;

/// <summary>
/// The connections to one host: few, shared by all calls, opened when all others are full, closed when idle. Callers that need a new one at the same moment
/// wait for the same, and fail together.
/// </summary>
internal sealed class SshConnections : IAsyncDisposable
{
    /// <summary>Of the channel, and of the command.</summary>
    private const int RoundTripsOfAStart = 2;

    private readonly Func<CancellationToken, Task<SshConnection>> _open;
    private readonly SshOptions _options;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _places;
    private readonly List<SshConnection> _connections = [];
    private readonly ITimer _idleCheck;
    private Task<SshConnection>? _opening;
    private bool _isClosed;
    private long _fastestStartTicks = long.MaxValue;

    public SshConnections(SshEndpoint endpoint, Func<CancellationToken, Task<SshConnection>> open, SshOptions options, TimeProvider time)
    {
        (Endpoint, _open, _options, _time) = (endpoint, open, options, time);
        _places = new SemaphoreSlim(options.MaxConnections * options.CallsPerConnection);
        _idleCheck = time.CreateTimer(static pool => ((SshConnections)pool!).CloseIdle(), this, options.IdleTimeout / 2, options.IdleTimeout / 2);
    }

    public SshEndpoint Endpoint { get; }

    /// <summary>Held while the blocks of a large file are sent: more at once would only share the line, and could take all places.</summary>
    public SemaphoreSlim LargeUpload { get; } = new(1);

    /// <summary>About how long a byte takes to the host and back, by the fastest start of a call until now; of a busy host it is too long.</summary>
    public TimeSpan RoundTrip => TimeSpan.FromTicks(Volatile.Read(ref _fastestStartTicks) / RoundTripsOfAStart);

    public SshOptions Options => _options;

    public TimeProvider Time => _time;

    /// <summary>A place on a live connection; waits while all are taken. Give it back by disposing it.</summary>
    /// <param name="spread">So many connections are opened before one is shared, if there may be so many. With 1 another is opened only when all are full.</param>
    /// <exception cref="HostUnreachableException">No connection can be made.</exception>
    public async Task<SshCall> TakeAsync(int spread, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (true)
            {
                if (Reserve(spread) is { } connection)
                {
                    var call = new SshCall(this, connection);
                    if (!connection.IsQuiet || await IsAliveAsync(call, cancellationToken).ConfigureAwait(false))
                    {
                        return call;
                    }

                    Leave(connection);
                }
                else
                {
                    await Opening().WaitAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch
        {
            _places.Release();
            throw;
        }
    }

    /// <summary>A call was started on the host, which took so long.</summary>
    public void NoteStart(TimeSpan taken)
    {
        lock (_connections)
        {
            _fastestStartTicks = Math.Min(_fastestStartTicks, taken.Ticks);
        }
    }

    /// <summary>Gives a place back. Called by <see cref="SshCall"/>.</summary>
    public void Return(SshConnection connection)
    {
        Leave(connection);
        _places.Release();
    }

    public async ValueTask DisposeAsync()
    {
        List<SshConnection> all;
        Task? opening;
        lock (_connections)
        {
            _isClosed = true;
            opening = _opening;
        }

        if (opening is not null)
        {
            await opening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        lock (_connections)
        {
            all = [.. _connections];
            _connections.Clear();
        }

        await _idleCheck.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(all.Select(connection => connection.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    private async Task<bool> IsAliveAsync(SshCall call, CancellationToken cancellationToken)
    {
        try
        {
            return await call.Connection.ProbeAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Leave(call.Connection);
            throw;
        }
    }

    private SshConnection? Reserve(int spread)
    {
        List<SshConnection> dead;
        SshConnection? best;
        lock (_connections)
        {
            dead = _connections.FindAll(connection => connection.IsDead);
            _connections.RemoveAll(dead.Contains);
            best = _connections.Where(connection => connection.Calls < _options.CallsPerConnection).MinBy(connection => connection.Calls);
            if (best is { Calls: > 0 } && _connections.Count < Math.Min(spread, _options.MaxConnections))
            {
                best = null;
            }

            if (best is not null)
            {
                best.Calls++;
            }
        }

        Close(dead);
        return best;
    }

    private void Leave(SshConnection connection)
    {
        lock (_connections)
        {
            connection.Calls--;
            connection.IdleSince = _time.GetTimestamp();
        }
    }

    private Task<SshConnection> Opening()
    {
        lock (_connections)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            return _opening ??= OpenAsync();
        }
    }

    private async Task<SshConnection> OpenAsync()
    {
        await Task.Yield();
        try
        {
            // Nobody's token: others wait for it as well. The login has a time limit of its own.
            var connection = await _open(CancellationToken.None).ConfigureAwait(false);
            lock (_connections)
            {
                _connections.Add(connection);
            }

            return connection;
        }
        finally
        {
            lock (_connections)
            {
                _opening = null;
            }
        }
    }

    private void CloseIdle()
    {
        List<SshConnection> idle;
        lock (_connections)
        {
            idle = _connections.FindAll(connection => connection.IsDead || (connection.Calls == 0 && _time.GetElapsedTime(connection.IdleSince) >= _options.IdleTimeout));
            _connections.RemoveAll(idle.Contains);
        }

        Close(idle);
    }

    /// <summary>In the background: a goodbye may take a second, and nobody waits for it.</summary>
    private static void Close(List<SshConnection> connections)
    {
        foreach (var connection in connections)
        {
            _ = connection.DisposeAsync().AsTask();
        }
    }
}
