namespace FineTunePipeline.Contracts.Jobs;

/// <summary>
/// A job's name, <c>ftjob-</c> and 32 lower-case hexadecimal digits. The digits are the GUID by which the bus correlates
/// the job's messages, so that neither has to be stored beside the other.
/// </summary>
public static class JobId
{
    public const string Prefix = "ftjob-";

    /// <summary>A new name; time-ordered, so that a listing by name is a listing by age.</summary>
    public static string New() => From(Guid.CreateVersion7());

    public static string From(Guid correlationId) => Prefix + correlationId.ToString("N");

    /// <summary>The GUID inside the name.</summary>
    /// <exception cref="FormatException">The text is not a job's name.</exception>
    public static Guid ToGuid(string jobId) =>
        TryParse(jobId, out var correlationId) ? correlationId : throw new FormatException($"'{jobId}' is not a job id: {Prefix} and 32 hexadecimal digits.");

    public static bool TryParse(string? jobId, out Guid correlationId)
    {
        correlationId = Guid.Empty;
        return jobId is not null && jobId.StartsWith(Prefix, StringComparison.Ordinal) && Guid.TryParseExact(jobId[Prefix.Length..], "N", out correlationId);
    }
}
