namespace FineTunePipeline.Hosts.Engines.Packages;

/// <summary>A file that one process holds at a time, so that the others wait for its work. The hold goes with the process, however it ends.</summary>
internal sealed class ExclusiveFile : IDisposable
{
    private const int HeldOnLinux = 11;
    private const int HeldOnMacOS = 35;
    private const int HeldOnWindows = unchecked((int)0x80070020);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly FileStream _file;

    private ExclusiveFile(FileStream file) => _file = file;

    /// <summary>Waits until nobody else holds it, in this process or another.</summary>
    public static async Task<ExclusiveFile> HoldAsync(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new ExclusiveFile(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException exception) when (exception.HResult is HeldOnLinux or HeldOnMacOS or HeldOnWindows)
            {
                await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public void Dispose() => _file.Dispose();
}
