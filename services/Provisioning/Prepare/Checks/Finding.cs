namespace FineTunePipeline.Provisioning.Prepare.Checks;

/// <summary>What came of one check.</summary>
/// <param name="Passed">null: it could not be asked.</param>
/// <param name="Found">What the host said, for people, in half a sentence.</param>
/// <param name="Log">The last lines of a longer answer.</param>
internal sealed record Finding(bool? Passed, string Found, string? Log = null)
{
    public static Finding Good(string found) => new(true, found);

    public static Finding Bad(string found, string? log = null) => new(false, found, log);

    public static Finding PutOff(string found) => new(null, found);

    public static Finding Of(bool passed, string found) => new(passed, found);
}
