using Microsoft.Extensions.Options;

namespace FineTunePipeline.Hosts.Local;

[OptionsValidator]
internal sealed partial class LocalHostOptionsValidator : IValidateOptions<LocalHostOptions>;

/// <summary>What attributes cannot say.</summary>
internal sealed class LocalHostPathValidator : IValidateOptions<LocalHostOptions>
{
    public ValidateOptionsResult Validate(string? name, LocalHostOptions options) =>
        string.IsNullOrWhiteSpace(options.WorkFolder) || Path.IsPathFullyQualified(options.WorkFolder)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"LocalHost:WorkFolder is '{options.WorkFolder}': set FINETUNE__LocalHost__WorkFolder to an absolute path.");
}
