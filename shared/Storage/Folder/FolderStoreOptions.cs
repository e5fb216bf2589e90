using System.ComponentModel.DataAnnotations;

namespace FineTunePipeline.Storage.Folder;

/// <summary>Where the artifact store on a local disk lies.</summary>
public sealed class FolderStoreOptions
{
    /// <summary>Configuration section: <c>FINETUNE__Storage__Folder</c>.</summary>
    public const string Section = "Storage";

    /// <summary>Absolute folder of the blobs, on a disk with room for models. Default: <c>artifacts</c> in <c>FINETUNE_HOME</c> (<c>~/.finetune</c>).</summary>
    [Required(AllowEmptyStrings = false, ErrorMessage = "Storage:Folder is empty: set FINETUNE__Storage__Folder to the folder of the artifact store.")]
    public string Folder { get; set; } = HomeFolder.At("artifacts");
}
