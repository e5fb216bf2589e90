namespace FineTunePipeline.Contracts.Jobs;

/// <summary>A base model that lies on the host already, as a job file names it: <c>host:</c> and an absolute folder there, such as <c>host:/root/autodl-tmp/model</c>.</summary>
public static class HostModel
{
    public const string UriPrefix = "host:";

    public static bool IsNamedBy(string model) => model.TrimStart().StartsWith(UriPrefix, StringComparison.Ordinal);

    /// <summary>The folder, without a slash at its end; null if the text names none, or none that is absolute.</summary>
    public static string? FolderOf(string model)
    {
        if (!IsNamedBy(model))
        {
            return null;
        }

        var folder = model.Trim()[UriPrefix.Length..];
        var parts = folder.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return folder.StartsWith('/') && parts.Length > 0 && !parts.Contains("..") && !parts.Contains(".") && !folder.Any(char.IsControl)
            ? "/" + string.Join('/', parts)
            : null;
    }
}
