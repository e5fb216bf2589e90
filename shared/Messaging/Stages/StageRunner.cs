using System.Collections.Concurrent;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>
/// Claims due rows of one stage, has them worked on (<see cref="StageWork{TCommand,TDb}"/>) as async loops, renews their claims. Killing the process costs one
/// claim time; another instance over the same database adds capacity.
/// </summary>
internal sealed class StageRunner<TCommand, TDb>(
    StageRunTable<TDb> table,
    StageWork<TCommand, TDb> work,
    StageSettings<TCommand> settings,
    StageSignal<TCommand> signal,
    IBus bus,
    TimeProvider time,
    ILogger<StageRunner<TCommand, TDb>> logger) : BackgroundService
    where TCommand : class, IStageCommand
    where TDb : ServiceDbContext
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StandDownAfter = TimeSpan.FromSeconds(20);

    private readonly string _owner = $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}";
    private readonly ConcurrentDictionary<(string JobId, int Attempt, long Fence), StageClaim<TDb>> _claims = new();
    private readonly ConcurrentDictionary<(string JobId, int Attempt), StageReservation> _reserved = new();
    private readonly ConcurrentDictionary<Task, byte> _tasks = new();
    private readonly StageSlots _slots = new(settings.Concurrency);
    private long _renewed;
    private long _looked;
    private volatile bool _moreDue = true;
    private CancellationToken _stopping = new(canceled: true);

    /// <summary>
    /// A slot for an attempt whose command is being written; null if the runner does not run, is full, or others wait for it in the database.
    /// </summary>
    public StageReservation? TryReserve(string jobId, int attempt)
    {
        if (_moreDue || !_slots.TryTake())
        {
            return null;
        }

        // A stop waits until it is known whether there is work to give back.
        var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reservation = new StageReservation(_owner, row =>
        {
            if (row is null)
            {
                _slots.Give(1);
            }
            else
            {
                Begin(row);
            }

            _reserved.TryRemove((jobId, attempt), out _);
            settled.SetResult();
        });
        if (!_reserved.TryAdd((jobId, attempt), reservation))
        {
            _slots.Give(1);
            return null;
        }

        Track(settled.Task);
        if (_stopping.IsCancellationRequested)
        {
            reservation.End(null);
            return null;
        }

        return reservation;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Interlocked.Exchange(ref _renewed, time.GetTimestamp());
        _stopping = stoppingToken;

        // Beside the loop, because a locked database can hold the loop for longer than a claim lasts.
        await using var watchdog = time.CreateTimer(_ => StandDownIfStale(), null, Poll, Poll);

        await LoopAsync(stoppingToken);
        while (!_tasks.IsEmpty)
        {
            await Task.WhenAll(_tasks.Keys);
        }
    }

    /// <summary>A round at each poll, and as soon as something was written.</summary>
    private async Task LoopAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var written = signal.Written;
            try
            {
                await HoldAndClaimAsync(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                logger.DatabaseFailed(exception, settings.Stage);
            }

            await Task.WhenAny(written, Task.Delay(Poll, time, stopping));
        }
    }

    private async Task HoldAndClaimAsync(CancellationToken stopping)
    {
        await RenewAsync(stopping);
        await FindClosingAsync(stopping);
        await ClaimAsync(stopping);
    }

    /// <summary>Renews every ten seconds.</summary>
    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        if (_claims.IsEmpty)
        {
            Interlocked.Exchange(ref _renewed, asked);
            return;
        }

        if (time.GetElapsedTime(Interlocked.Read(ref _renewed)) < RenewEvery)
        {
            return;
        }

        var held = _claims.ToArray();
        var mine = (await table.RenewAsync(settings.Stage, _owner, cancellationToken)).ToDictionary(row => (row.JobId, row.Attempt, row.Fence));
        Interlocked.Exchange(ref _renewed, asked);
        foreach (var (key, claim) in held)
        {
            if (!mine.Remove(key))
            {
                claim.Lose();
            }
        }

        // Nobody works on what is left: storing its outcome failed. Renewed with the others it would never be claimed again.
        foreach (var (key, orphan) in mine)
        {
            if (!_reserved.ContainsKey((key.JobId, key.Attempt)) && !_claims.ContainsKey(key))
            {
                await table.GiveBackAsync(orphan, TimeSpan.Zero, countTry: false, cancellationToken);
            }
        }
    }

    /// <summary>Looks whether somebody wants attempts ended: at once if this process's inbox took in such a wish, else at each poll.</summary>
    private async Task FindClosingAsync(CancellationToken cancellationToken)
    {
        if (_claims.IsEmpty || (!signal.TakeClosing() && time.GetElapsedTime(_looked) < Poll))
        {
            return;
        }

        _looked = time.GetTimestamp();

        foreach (var key in await table.ClosingAsync(settings.Stage, _owner, cancellationToken))
        {
            if (_claims.TryGetValue(key, out var claim) && !claim.Closing)
            {
                claim.Close();
            }
        }
    }

    private async Task ClaimAsync(CancellationToken stopping)
    {
        // Until the answer is known: work that ends meanwhile asks for another look, and what comes meanwhile waits for its turn.
        _moreDue = true;

        // What a stopping process gives back is for others.
        var free = stopping.IsCancellationRequested ? 0 : _slots.TakeAll();
        if (free == 0)
        {
            return;
        }

        var claimed = 0;
        try
        {
            // Not to be broken off: rows that were claimed and not read would have to wait for the end of their claim.
            foreach (var row in await table.ClaimAsync(settings.Stage, _owner, free, CancellationToken.None))
            {
                claimed++;
                Begin(row);
            }

            _moreDue = claimed == free;
        }
        finally
        {
            _slots.Give(free - claimed);
        }
    }

    /// <summary>Works on a claimed row, in a slot that was taken for it.</summary>
    private void Begin(StageRun row)
    {
        logger.Claimed(row.JobId, row.Stage, row.Attempt, row.Fence);
        var claim = new StageClaim<TDb>(row, table, bus, logger, _stopping);
        _claims[(row.JobId, row.Attempt, row.Fence)] = claim;
        Track(Task.Run(() => WorkAsync(claim), CancellationToken.None));
    }

    private void Track(Task task)
    {
        _tasks[task] = 0;
        _ = task.ContinueWith(ended => _tasks.TryRemove(ended, out _), TaskScheduler.Default);
    }

    private void StandDownIfStale()
    {
        if (time.GetElapsedTime(Interlocked.Read(ref _renewed)) >= StandDownAfter)
        {
            foreach (var claim in _claims.Values)
            {
                claim.Lose();
            }
        }
    }

    private async Task WorkAsync(StageClaim<TDb> claim)
    {
        var ended = false;
        try
        {
            ended = await work.DoAsync(claim, _stopping);
        }
        catch (Exception exception)
        {
            // Nothing above may end the runner: the claim runs out and the row is claimed again.
            logger.Faulted(exception, claim.JobId, claim.Row.Stage, claim.Attempt);
        }
        finally
        {
            _claims.TryRemove((claim.JobId, claim.Attempt, claim.Fence), out _);
            claim.Dispose();
            _slots.Give(1);

            // A look is a question to the database. After an end there is something new to find only if not all that was due could be claimed; an attempt
            // that was broken off or closed may be due again, or be what a newer one waited for.
            if (!ended || _moreDue)
            {
                signal.Set();
            }
        }
    }
}
