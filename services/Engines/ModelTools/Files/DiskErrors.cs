namespace FineTunePipeline.ModelTools.Files;

/// <summary>Tells a full disk from other failures to write.</summary>
internal static class DiskErrors
{
    private const int NoSpaceOnUnix = 28;
    private const int QuotaOnLinux = 122;
    private const int DiskFullOnWindows = unchecked((int)0x80070070);
    private const long AlmostNothingBytes = 1024 * 1024;

    public static bool IsFull(IOException exception) =>
        OperatingSystem.IsWindows() ? exception.HResult == DiskFullOnWindows : exception.HResult is NoSpaceOnUnix or QuotaOnLinux;

    /// <summary>For native code that only says "could not write": is there hardly a byte left?</summary>
    public static bool HasNoSpaceLeft(string folder, out long freeBytes)
    {
        freeBytes = FreeBytes(folder);
        return freeBytes < AlmostNothingBytes;
    }

    public static long FreeBytes(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A file system that does not tell is no reason to refuse work.
            return long.MaxValue;
        }
    }
}
