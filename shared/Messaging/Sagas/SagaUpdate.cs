using System.Reflection;
using FineTunePipeline.Messaging.Data;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace FineTunePipeline.Messaging.Sagas;

/// <summary>
/// Writes a saga over the row that it was read from, by one statement that is prepared once. A saga is written at each of its events: to have EF Core compare, and make a
/// statement for what changed, costs more than to write all columns.
/// </summary>
internal sealed class SagaUpdate<TSaga, TDb>
    where TSaga : class, ISagaVersion
    where TDb : ServiceDbContext
{
    private volatile Statement? _statement;

    /// <summary>What is to be written, as the saga is now; the writing itself belongs into the commit.</summary>
    /// <param name="database">Its model tells the columns.</param>
    /// <param name="saga">Changed since it was read, its version too.</param>
    /// <param name="readVersion">As it was read.</param>
    public Func<WriteSession, Task> Of(TDb database, TSaga saga, int readVersion)
    {
        var statement = _statement ??= new Statement(database.Model.FindEntityType(typeof(TSaga))!);
        var values = statement.ValuesOf(saga, readVersion);
        return async session =>
        {
            if (await session.ExecuteAsync(statement.Sql, values) is null)
            {
                throw new DbUpdateConcurrencyException($"The {typeof(TSaga).Name} {saga.CorrelationId} was changed since it was read.");
            }
        };
    }

    private sealed class Statement
    {
        private readonly IReadOnlyList<(PropertyInfo Property, Func<object?, object?>? ToColumn)> _columns;

        public Statement(IEntityType type)
        {
            var columns = type.GetProperties().Where(property => !property.IsPrimaryKey()).ToList();
            var key = type.FindPrimaryKey()!.Properties.Single();
            _columns = [.. columns.Append(key).Select(property => (property.PropertyInfo!, property.GetTypeMapping().Converter?.ConvertToProvider))];
            var set = string.Join(", ", columns.Select((column, index) => $"\"{column.GetColumnName()}\" = @p{index}"));
            Sql = $"UPDATE \"{type.GetTableName()}\" SET {set} WHERE \"{key.GetColumnName()}\" = @p{columns.Count} AND \"{nameof(ISagaVersion.Version)}\" = @p{columns.Count + 1} RETURNING 1";
        }

        public string Sql { get; }

        public object?[] ValuesOf(TSaga saga, int readVersion)
        {
            var values = new object?[_columns.Count + 1];
            for (var i = 0; i < _columns.Count; i++)
            {
                var (property, toColumn) = _columns[i];
                var value = property.GetValue(saga);
                values[i] = toColumn is null ? value : toColumn(value);
            }

            values[^1] = readVersion;
            return values;
        }
    }
}
