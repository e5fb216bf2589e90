using System.ComponentModel.DataAnnotations;

namespace FineTunePipeline.Messaging.Data;

/// <summary>Where the services keep their databases. Section <c>Database</c>.</summary>
public sealed class DatabaseOptions
{
    public const string Section = "Database";

    /// <summary>Folder of the SQLite files, one per service; made at start. Required.</summary>
    [Required(ErrorMessage = "Set Database:Folder (FINETUNE__Database__Folder) to a folder for the services' SQLite files.")]
    public string Folder { get; set; } = "";
}
