namespace FineTunePipeline.Messaging.Schema;

/// <summary>The database was written by a newer program; this one would damage what it does not know.</summary>
public sealed class DatabaseTooNewException(string database, string part, long found, long known) : Exception(
    $"The database '{database}' was written by a newer version of FineTunePipeline (schema '{part}' {found}; this program knows {known}). "
    + "Start the newer version, or give this one another data folder (FINETUNE_HOME).");
