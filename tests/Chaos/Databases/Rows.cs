using System.Data.Common;

namespace FineTunePipeline.Chaos.Databases;

internal static class Rows
{
    public static async Task<IReadOnlyList<object?[]>> ReadAsync(DbDataReader reader, CancellationToken cancellationToken)
    {
        var rows = new List<object?[]>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = new object?[reader.FieldCount];
            reader.GetValues(row!);
            rows.Add([.. row.Select(value => value is DBNull ? null : value)]);
        }

        return rows;
    }
}
