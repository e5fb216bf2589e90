namespace FineTunePipeline.Messaging.Schema;

/// <summary>One change of a schema. Steps are numbered by their place in their list, from 2; the first version is the one without any. A released step never changes.</summary>
/// <param name="Name">What it does, for logs.</param>
/// <param name="Sqlite">SQL for SQLite; several statements are separated by semicolons.</param>
/// <param name="Postgres">The same for PostgreSQL; null in steps that are older than its support, whose result every PostgreSQL database began with.</param>
public sealed record SchemaStep(string Name, string Sqlite, string? Postgres = null);
