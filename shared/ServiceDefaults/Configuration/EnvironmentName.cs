namespace FineTunePipeline.ServiceDefaults.Configuration;

/// <summary>The environment variable of a setting.</summary>
internal static class EnvironmentName
{
    public const string Prefix = "FINETUNE__";

    /// <param name="key">Such as <c>Training:Concurrency</c>.</param>
    /// <returns>Such as <c>FINETUNE__Training__Concurrency</c>.</returns>
    public static string Of(string key) => Prefix + key.Replace(":", "__", StringComparison.Ordinal);
}
