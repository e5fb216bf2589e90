namespace FineTunePipeline.Chaos.Databases;

/// <summary>The services' databases as somebody sees them who has the files, or the server: rows by plain SQL, and a lock that nobody expects.</summary>
internal interface IServiceDatabases
{
    /// <summary>Environment that makes the services use them.</summary>
    IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>Rows of a service's database; names with capitals stand in double quotes, as in both databases. Empty if the table is not there.</summary>
    Task<IReadOnlyList<object?[]>> ReadAsync(string service, string sql, CancellationToken cancellationToken);

    /// <summary>Keeps every writer of the service's database out for a time.</summary>
    Task LockAsync(string service, TimeSpan time, CancellationToken cancellationToken);
}
