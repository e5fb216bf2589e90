namespace FineTunePipeline.Provisioning.Prepare.Checks;

/// <summary>What a check says of a host.</summary>
internal enum Verdict
{
    /// <summary>Good enough.</summary>
    Fit,

    /// <summary>Good enough, and worth a word: the advice says what would be better.</summary>
    Note,

    /// <summary>Could not be asked now, and is to be asked when it can.</summary>
    PutOff,

    /// <summary>Nobody's fault; another host may do, and taking one costs the job no retry.</summary>
    Unfit,

    /// <summary>The person must change something; another host would fail the same way.</summary>
    UserFault,
}
