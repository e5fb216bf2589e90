using Microsoft.Extensions.Options;

namespace FineTunePipeline.Storage.Folder;

[OptionsValidator]
internal sealed partial class FolderStoreOptionsValidator : IValidateOptions<FolderStoreOptions>;

/// <summary>What attributes cannot say.</summary>
internal sealed class FolderStorePathValidator : IValidateOptions<FolderStoreOptions>
{
    public ValidateOptionsResult Validate(string? name, FolderStoreOptions options) =>
        string.IsNullOrWhiteSpace(options.Folder) || Path.IsPathFullyQualified(options.Folder)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Storage:Folder is '{options.Folder}': set FINETUNE__Storage__Folder to an absolute path.");
}
