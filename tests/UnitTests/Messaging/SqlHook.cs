using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace FineTunePipeline.UnitTests.Messaging;

/// <summary>Stands between a worker and its database: makes it slow or broken, and tells which statements ran.</summary>
internal sealed class SqlHook : DbCommandInterceptor
{
    public const string Renew = "UPDATE stage_runs SET \"ClaimedUntil\"";

    public const string Claim = "UPDATE stage_runs SET \"Owner\" = @p0";

    public const string Closing = "\"State\" = 'Closing'";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly Lock _gate = new();
    private readonly List<(string Part, TaskCompletionSource Ran)> _waits = [];

    /// <summary>Runs before each statement; may throw or wait.</summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Completes when the next statement that holds <paramref name="part"/> has run.</summary>
    public Task NextAsync(string part)
    {
        var ran = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waits.Add((part, ran));
        }

        return ran.Task.WaitAsync(Limit);
    }

    public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        await Before(command.CommandText);
        return result;
    }

    public override async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        await Before(command.CommandText);
        return result;
    }

    public override ValueTask<InterceptionResult> DataReaderClosingAsync(DbCommand command, DataReaderClosingEventData eventData, InterceptionResult result)
    {
        Tell(command.CommandText);
        return ValueTask.FromResult(result);
    }

    public override ValueTask<int> NonQueryExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        Tell(command.CommandText);
        return ValueTask.FromResult(result);
    }

    private void Tell(string sql)
    {
        lock (_gate)
        {
            foreach (var wait in _waits.Where(wait => sql.Contains(wait.Part, StringComparison.Ordinal)).ToList())
            {
                _waits.Remove(wait);
                wait.Ran.TrySetResult();
            }
        }
    }
}
