using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace FineTunePipeline.Messaging.Data;

/// <summary>
/// All write transactions of this process on one database. SQLite has one writer, and each of its commits waits for the disk: those who come while a
/// commit is under way share the next one, each behind a savepoint of its own, so that one's failure is nobody else's. On PostgreSQL each has its own.
/// </summary>
internal sealed class WriteQueue<TDb>(IDbContextFactory<TDb> databases, SqlDialect dialect) : IAsyncDisposable
    where TDb : ServiceDbContext
{
    private const int Together = 64;

    private readonly ConcurrentQueue<Write> _waiting = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<string, DbCommand> _prepared = [];
    private TDb? _writer;

    /// <summary>Runs <paramref name="work"/> in a write transaction and commits it. When this returns, the change is on the disk.</summary>
    /// <param name="database">Its statements become part of the transaction; null if the work needs none.</param>
    /// <param name="work">May only ask the database: others wait for it.</param>
    /// <param name="cancellationToken">Ends the wait; work that has begun is finished.</param>
    public async Task<T> RunAsync<T>(TDb? database, Func<WriteSession, Task<T>> work, CancellationToken cancellationToken)
    {
        Task<T> Within(WriteSession session) => WithinAsync(database, session, work);
        if (!dialect.OneWriter)
        {
            return await AloneAsync(Within, cancellationToken);
        }

        var write = new Write<T>(Within);
        _waiting.Enqueue(write);
        await using var withdrawn = cancellationToken.Register(() => write.TryWithdraw(cancellationToken));
        if (_turn.Wait(0, CancellationToken.None))
        {
            await TakeTurnAsync();
        }

        return await write.Result;
    }

    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        await CloseAsync();
        _turn.Dispose();
    }

    private static async Task<T> WithinAsync<T>(TDb? database, WriteSession session, Func<WriteSession, Task<T>> work)
    {
        if (database is null)
        {
            return await work(session);
        }

        await using var joined = await session.JoinAsync(database);
        return await work(session);
    }

    private async Task<T> AloneAsync<T>(Func<WriteSession, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var writer = await OpenAsync(cancellationToken);
        try
        {
            await using var transaction = await dialect.BeginWriteAsync(writer, cancellationToken);
            var now = await dialect.NowAsync(writer, cancellationToken);
            var result = await work(new WriteSession(writer.Database.GetDbConnection(), transaction.GetDbTransaction(), now));
            await transaction.CommitAsync(cancellationToken);
            return result;
        }
        finally
        {
            // A context goes back to the pool with its count of openings: one that is left open can join no session later.
            await writer.Database.CloseConnectionAsync();
        }
    }

    /// <summary>Whoever finds nobody writing writes for all who wait; those who came meanwhile are not his to wait for.</summary>
    private async Task TakeTurnAsync()
    {
        var batch = new List<Write>();
        try
        {
            await BatchAsync(batch);
        }
        catch (Exception exception)
        {
            // Nothing of the batch was written. Each asker decides for itself whether it tries again; the next batch begins on a new connection.
            if (batch.Count == 0 && _waiting.TryDequeue(out var first))
            {
                batch.Add(first);
            }

            batch.ForEach(write => write.Fail(exception));
            await CloseAsync();
        }
        finally
        {
            PassTurn();
        }
    }

    private void PassTurn()
    {
        if (!_waiting.IsEmpty)
        {
            _ = Task.Run(TakeTurnAsync);
            return;
        }

        _turn.Release();

        // One may have come between the last look and the release, and have found the turn taken.
        if (!_waiting.IsEmpty && _turn.Wait(0))
        {
            _ = Task.Run(TakeTurnAsync);
        }
    }

    /// <summary>One transaction. What is taken into it is added to <paramref name="batch"/>.</summary>
    private async Task BatchAsync(List<Write> batch)
    {
        _writer ??= await OpenAsync(CancellationToken.None);
        await using var begun = await dialect.BeginWriteAsync(_writer, CancellationToken.None);
        var transaction = begun.GetDbTransaction();
        var session = new WriteSession(_writer.Database.GetDbConnection(), transaction, await dialect.NowAsync(_writer, CancellationToken.None), _prepared);
        while (batch.Count < Together && _waiting.TryDequeue(out var write))
        {
            if (!write.TryBegin())
            {
                continue;
            }

            batch.Add(write);
            await session.ExecuteAsync("SAVEPOINT one");
            if (!await write.RunAsync(session))
            {
                await session.ExecuteAsync("ROLLBACK TO one");
            }

            await session.ExecuteAsync("RELEASE one");
        }

        await begun.CommitAsync();
        batch.ForEach(write => write.Committed());
    }

    private async Task<TDb> OpenAsync(CancellationToken cancellationToken)
    {
        var writer = await databases.CreateDbContextAsync(cancellationToken);
        try
        {
            await writer.Database.OpenConnectionAsync(cancellationToken);
            return writer;
        }
        catch
        {
            await writer.DisposeAsync();
            throw;
        }
    }

    private async Task CloseAsync()
    {
        foreach (var command in _prepared.Values)
        {
            await command.DisposeAsync();
        }

        _prepared.Clear();
        if (_writer is { } writer)
        {
            _writer = null;
            await writer.DisposeAsync();
        }
    }

    private abstract class Write
    {
        private int _begun;

        /// <summary>False if nobody waits for it any more.</summary>
        public bool TryBegin() => Interlocked.Exchange(ref _begun, 1) == 0;

        public void TryWithdraw(CancellationToken cancellationToken)
        {
            if (TryBegin())
            {
                Cancel(cancellationToken);
            }
        }

        /// <summary>False: it failed, and its asker gets to know once the others' work is committed.</summary>
        public abstract Task<bool> RunAsync(WriteSession session);

        public abstract void Committed();

        public abstract void Fail(Exception exception);

        protected abstract void Cancel(CancellationToken cancellationToken);
    }

    private sealed class Write<T>(Func<WriteSession, Task<T>> work) : Write
    {
        private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Task<T>? _done;

        public Task<T> Result => _result.Task;

        public override async Task<bool> RunAsync(WriteSession session)
        {
            _done = work(session);
            await ((Task)_done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return _done.IsCompletedSuccessfully;
        }

        public override void Committed() => _result.TrySetFromTask(_done!);

        public override void Fail(Exception exception)
        {
            if (_done is { IsCompletedSuccessfully: false })
            {
                _result.TrySetFromTask(_done);
            }
            else
            {
                _result.TrySetException(exception);
            }
        }

        protected override void Cancel(CancellationToken cancellationToken) => _result.TrySetCanceled(cancellationToken);
    }
}
