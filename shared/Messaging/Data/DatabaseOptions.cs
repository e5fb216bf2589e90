using System.ComponentModel.DataAnnotations;

namespace FineTunePipeline.Messaging.Data;

/// <summary>Where the services keep their databases. Section <c>Database</c>.</summary>
public sealed class DatabaseOptions : IValidatableObject
{
    public const string Section = "Database";

    /// <summary>A file for each service, which its instances on one machine share.</summary>
    public const string Sqlite = "sqlite";

    /// <summary>One PostgreSQL database, a schema for each service.</summary>
    public const string Postgres = "postgres";

    private const string ProviderAdvice = "Set Database:Provider (FINETUNE__Database__Provider) to sqlite (one machine) or postgres.";

    /// <summary><c>sqlite</c> or <c>postgres</c>. Default sqlite.</summary>
    [Required(ErrorMessage = ProviderAdvice)]
    [AllowedValues(Sqlite, Postgres, ErrorMessage = ProviderAdvice)]
    public string Provider { get; set; } = Sqlite;

    /// <summary>Folder of the SQLite files; made at start. Default: <c>data</c> in the data folder.</summary>
    public string Folder { get; set; } = "";

    /// <summary>For postgres: where the database is and as whom to connect, in Npgsql's form. A secret if it holds a password. Default none.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>Without what may be a secret.</summary>
    public override string ToString() => Provider == Sqlite ? $"{Sqlite} in {Folder}" : Provider;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Provider == Sqlite && string.IsNullOrWhiteSpace(Folder))
        {
            yield return new("Set Database:Folder (FINETUNE__Database__Folder) to a folder for the services' SQLite files.", [nameof(Folder)]);
        }

        if (Provider == Postgres && !IsConnectionString(ConnectionString))
        {
            yield return new(
                "Set Database:ConnectionString (FINETUNE__Database__ConnectionString) to the PostgreSQL database, such as "
                + "Host=db.example.com;Database=finetune;Username=finetune;Password=…", [nameof(ConnectionString)]);
        }
    }

    private static bool IsConnectionString(string text)
    {
        try
        {
            return new Npgsql.NpgsqlConnectionStringBuilder(text).Host is { Length: > 0 };
        }
        catch (Exception exception) when (exception is ArgumentException or KeyNotFoundException or FormatException)
        {
            return false;
        }
    }
}
