namespace FineTunePipeline.Artifacts;

/// <summary>Tells apart what a person must mend from what passes.</summary>
internal static class IoFaults
{
    private const int UnixNoSpace = 28;
    private const int WindowsDiskFull = 112;

    /// <summary>ENOSPC, or ERROR_DISK_FULL with Windows' facility bits above it.</summary>
    public static bool IsDiskFull(IOException exception) => (exception.HResult & 0xFFFF) is UnixNoSpace or WindowsDiskFull;
}
