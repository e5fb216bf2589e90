namespace FineTunePipeline.Provisioning.Prepare.Checks;

/// <summary>What came of one check.</summary>
/// <param name="Passed">null: it could not be asked.</param>
/// <param name="Found">What the host said, for people, in half a sentence.</param>
/// <param name="Log">The last lines of a longer answer.</param>
/// <param name="Note">What would be better, though it passed.</param>
/// <param name="IsUsersFault">It failed for a reason that would meet every other host too, whatever the check says of its failures.</param>
internal sealed record Finding(bool? Passed, string Found, string? Log = null, string? Note = null, bool IsUsersFault = false)
{
    public static Finding Good(string found) => new(true, found);

    public static Finding Bad(string found, string? log = null) => new(false, found, log);

    public static Finding UsersFault(string found, string? log = null) => new(false, found, log, IsUsersFault: true);

    public static Finding Noted(string found, string advice) => new(true, found, Note: advice);

    public static Finding PutOff(string found) => new(null, found);

    public static Finding Of(bool passed, string found) => new(passed, found);
}
