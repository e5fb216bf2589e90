namespace FineTunePipeline.Storage;

/// <summary>Tells a full disk from other failures of reading and writing.</summary>
public static class DiskSpace
{
    private const int NoSpaceOnUnix = 28;
    private const int QuotaOnLinux = 122;
    private const int DiskFullOnWindows = unchecked((int)0x80070070);

    /// <summary>Did this fail because the disk, or the user's share of it, is full?</summary>
    public static bool IsFull(IOException exception) => exception.HResult is NoSpaceOnUnix or QuotaOnLinux or DiskFullOnWindows;
}
