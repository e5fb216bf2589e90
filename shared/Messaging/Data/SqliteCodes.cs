namespace FineTunePipeline.Messaging.Data;

/// <summary>SQLite's primary result codes that mean something to us. Source: https://sqlite.org/rescode.html (2026-11-28).</summary>
internal static class SqliteCodes
{
    public const int Busy = 5;
    public const int Locked = 6;
    public const int ReadOnly = 8;
    public const int IOError = 10;
    public const int Corrupt = 11;
    public const int Full = 13;
    public const int CannotOpen = 14;
    public const int NotADatabase = 26;
}
