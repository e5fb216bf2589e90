using System.Globalization;
using FineTunePipeline.Hosts.Ssh.Connections;
using Renci.SshNet;

namespace FineTunePipeline.Hosts.Ssh.Commands;

/// <summary>
/// A <see cref="RemoteScript"/> at work on the host. Disposed before its end it is killed there, with all that it started.
/// All methods but <see cref="WriteAsync"/> belong to one caller at a time.
/// </summary>
internal sealed class RemoteProcess : IAsyncDisposable
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>What it started may hold its outputs open after its end; what they say later is not waited for.</summary>
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    private readonly SshConnections _pool;
    private readonly SshCall _call;
    private readonly SshCommand _command;
    private readonly OutputOpening _output;
    private readonly OutputOpening _error;
    private readonly TailBuffer _errors;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly Task _ended;
    private ProcessInput? _input;
    private byte[] _ahead = [];
    private long? _exitSeen;
    private TimeSpan _pause = ShortestPause;

    private RemoteProcess(SshConnections pool, SshCall call, SshCommand command, Started started, RemoteScript script, int errorBytes)
    {
        (_pool, _call, _command, _ended, _input) = (pool, call, command, started.Ended, started.Input);
        (_output, _error, _errors) = (new OutputOpening(script.Word), new OutputOpening(script.Word), new TailBuffer(errorBytes));
    }

    /// <summary>The last of its standard error.</summary>
    public string ErrorText => _errors.ToString();

    private SshConnection Connection => _call.Connection;

    /// <param name="errorBytes">How much of the end of its standard error is kept.</param>
    /// <param name="spread">See <see cref="SshConnections.TakeAsync"/>.</param>
    /// <exception cref="HostUnreachableException">The connection broke, or none could be made.</exception>
    public static async Task<RemoteProcess> StartAsync(
        SshConnections pool, RemoteScript script, CancellationToken cancellationToken, int errorBytes = 16 * 1024, int spread = 1) =>
        await StartAsync(pool, await pool.TakeAsync(spread, cancellationToken).ConfigureAwait(false), script, errorBytes, cancellationToken).ConfigureAwait(false);

    /// <summary>Writes to its standard input; waits while the host does not read it.</summary>
    /// <returns>false if it has ended: nobody reads any more.</returns>
    public async Task<bool> WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        var input = _input ?? throw new InvalidOperationException("The input is closed.");

        // SSH.NET blocks a thread while the host's window is full. A connection that dies meanwhile is cut, which frees it.
        var write = Task.Run(() => input.Write(data), CancellationToken.None);
        await MapAsync(Task.WhenAny(write, _ended).Unwrap().WaitAsync(cancellationToken)).ConfigureAwait(false);
        return !_ended.IsCompleted;
    }

    /// <summary>Tells it that no more input comes.</summary>
    public async Task CloseInputAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _input, null) is { } input)
        {
            await MapAsync(Task.Run(input.Close, CancellationToken.None).WaitAsync(cancellationToken)).ConfigureAwait(false);
        }
    }

    /// <summary>The next bytes of its standard output; 0 when it has ended.</summary>
    /// <exception cref="HostUnreachableException">The connection broke.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> target, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // Asked before the outputs are looked at: what comes later than this look is not lost.
            var isOver = IsOver();
            Drain(_command.ExtendedOutputStream, _error, _errors);
            if (Take(target.Span) is > 0 and var taken)
            {
                return taken;
            }

            if (isOver)
            {
                await MapAsync(_ended.IsCompleted ? _ended : Task.CompletedTask).ConfigureAwait(false);
                return 0;
            }

            // SSH.NET's streams can only be waited for with a blocked thread each; its pipe has no bound, so it is looked at often while bytes come.
            await Task.WhenAny(_ended, Task.Delay(_pause, _pool.Time, cancellationToken)).ConfigureAwait(false);
            _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
        }
    }

    /// <summary>Reads what is left of its output into nowhere, and returns its exit code: 128 + n if it ended by signal n.</summary>
    /// <exception cref="IOException">The login shell did not run it.</exception>
    public async Task<int> ExitAsync(CancellationToken cancellationToken)
    {
        while (await ReadAsync(_buffer, cancellationToken).ConfigureAwait(false) > 0)
        {
            // Only its end matters.
        }

        if (_output.Line is null)
        {
            throw new IOException($"The login shell of {_pool.Endpoint} did not run sh (exit code {_command.ExitStatus}); it said: {_output.Noise} {_error.Noise}".TrimEnd());
        }

        return _command.ExitStatus ?? (_command.ExitSignal is { } signal ? 128 + SignalNumber.Of(signal) : throw Connection.Lost(null));
    }

    /// <summary>Ends it and all that it started.</summary>
    /// <returns>false if it could not be ended within 10 s, or had not begun.</returns>
    /// <exception cref="HostUnreachableException">The connection broke.</exception>
    public async Task<bool> KillAsync()
    {
        if (_command.ExitStatus is not null || _command.ExitSignal is not null)
        {
            return true;
        }

        using var limit = new CancellationTokenSource(KillLimit, _pool.Time);
        try
        {
            // Who breaks off soon may not have seen the opening, and what it names would run on for ever.
            for (; _output.Line is null && !_ended.IsCompleted; await Task.Delay(ShortestPause, _pool.Time, limit.Token).ConfigureAwait(false))
            {
                Take(default);
            }

            if (!int.TryParse(_output.Line, NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            {
                return false;
            }

            // The login shell leads a session of its own, so its process id names the group. Where a server does not do that, at least the shell ends.
            var script = new RemoteScript("kill -KILL -\"$1\" || kill -KILL \"$1\"", pid.ToString(CultureInfo.InvariantCulture));
            // On the same connection, on a place that is kept for this: all others may be taken by commands that wait for the same.
            var kill = await StartAsync(_pool, new SshCall(null, Connection), script, errorBytes: 1024, limit.Token).ConfigureAwait(false);
            await using (kill.ConfigureAwait(false))
            {
                await kill.ExitAsync(limit.Token).ConfigureAwait(false);
            }

            await _ended.WaitAsync(limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch (Exception exception) when (SshConnection.IsConnectionFault(exception))
        {
            throw Connection.Lost(exception);
        }
    }

    public ValueTask DisposeAsync()
    {
        _ = IsOver() ? CloseAsync(Task.CompletedTask, _command, _call) : EndAsync();
        return ValueTask.CompletedTask;
    }

    private static async Task<RemoteProcess> StartAsync(SshConnections pool, SshCall call, RemoteScript script, int errorBytes, CancellationToken cancellationToken)
    {
        SshCommand? command = null;
        Task<Started>? starting = null;
        try
        {
            command = call.Connection.Client.CreateCommand(script.CommandLine);

            // Opening a channel waits for two answers of the host, and SSH.NET can do that only on a thread.
            var began = pool.Time.GetTimestamp();
            starting = Task.Factory.StartNew(
                static command => Start((SshCommand)command!), command, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            var started = await starting.WaitAsync(cancellationToken).ConfigureAwait(false);
            pool.NoteStart(pool.Time.GetElapsedTime(began));
            return new RemoteProcess(pool, call, command, started, script, errorBytes);
        }
        catch (Exception exception)
        {
            _ = CloseAsync(starting ?? Task.CompletedTask, command, call);
            if (exception is OperationCanceledException || !SshConnection.IsConnectionFault(exception))
            {
                throw;
            }

            throw call.Connection.Lost(exception);
        }
    }

    private static Started Start(SshCommand command)
    {
        var ended = command.ExecuteAsync(CancellationToken.None);
        return new Started(ended, ProcessInput.Of(command));
    }

    /// <summary>In the background: closing a channel waits for the host.</summary>
    private static async Task CloseAsync(Task starting, SshCommand? command, SshCall call)
    {
        await starting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.Factory.StartNew(() => command?.Dispose(), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        call.Dispose();
    }

    private async Task EndAsync()
    {
        await ((Task)KillAsync()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await CloseAsync(Task.CompletedTask, _command, _call).ConfigureAwait(false);
    }

    private bool IsOver()
    {
        if (_ended.IsCompleted)
        {
            return true;
        }

        if (_command.ExitStatus is null && _command.ExitSignal is null)
        {
            return false;
        }

        _exitSeen ??= _pool.Time.GetTimestamp();
        return _pool.Time.GetElapsedTime(_exitSeen.Value) > DrainLimit;
    }

    /// <summary>Moves what has arrived on standard output, behind the opening, to the target.</summary>
    private int Take(Span<byte> target)
    {
        while (_ahead.Length == 0)
        {
            if (_command.OutputStream.Length == 0)
            {
                return 0;
            }

            _pause = ShortestPause;
            if (_output.Line is not null)
            {
                return _command.OutputStream.Read(target);
            }

            _ahead = _output.Skip(_buffer.AsSpan(0, _command.OutputStream.Read(_buffer))).ToArray();
        }

        var taken = Math.Min(target.Length, _ahead.Length);
        _ahead.AsSpan(0, taken).CopyTo(target);
        _ahead = _ahead[taken..];
        return taken;
    }

    private void Drain(Stream stream, OutputOpening opening, TailBuffer tail)
    {
        while (stream.Length > 0)
        {
            _pause = ShortestPause;
            var read = stream.Read(_buffer);
            tail.Append(opening.Skip(_buffer.AsSpan(0, read)));
        }
    }

    private async Task MapAsync(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (Exception exception) when (SshConnection.IsConnectionFault(exception))
        {
            throw Connection.Lost(exception);
        }
    }

    private sealed record Started(Task Ended, ProcessInput Input);
}
