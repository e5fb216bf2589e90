namespace FineTunePipeline.ServiceDefaults.Home;

/// <summary>
/// The folder of an installation: configuration, databases, artifacts, work. <c>FINETUNE_HOME</c>, else <c>~/.finetune</c>.
/// On the in-memory transport one process owns it: two would each believe that the other's jobs are lost. On RabbitMQ processes share it.
/// </summary>
public sealed class DataHome : IDisposable
{
    private const int HeldOnLinux = 11;
    private const int HeldOnMacOS = 35;
    private const int HeldOnWindows = unchecked((int)0x80070020);

    private readonly FileStream _lock;

    private DataHome(string folder, FileStream @lock)
    {
        Folder = folder;
        _lock = @lock;
    }

    public string Folder { get; }

    public static string DatabasesIn(string folder) => Path.Combine(folder, "data");

    public static string ArtifactsIn(string folder) => Path.Combine(folder, "artifacts");

    public static string WorkIn(string folder) => Path.Combine(folder, "work");

    public static string EnginesIn(string folder) => Path.Combine(folder, "engines");

    public static string DefaultFolder() =>
        Environment.GetEnvironmentVariable("FINETUNE_HOME") is { Length: > 0 } home
            ? Path.GetFullPath(home)
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".finetune");

    /// <summary>Makes the folder and locks it for this process; the lock goes with the process, however it ends.</summary>
    /// <exception cref="DataHomeException">Another process has it, or it cannot be written.</exception>
    public static DataHome Lock(string folder) => Open(folder, FileShare.None, () => IsShared(folder)
        ? $"Processes on RabbitMQ already work in {folder}, and this one is on the in-memory transport. Set Bus:Transport (FINETUNE__Bus__Transport) to rabbitmq, "
            + "stop them, or set FINETUNE_HOME to another folder."
        : $"Another process already works in {folder}. Wait for it or stop it, or set FINETUNE_HOME to another folder to run a second one beside it.");

    /// <summary>As <see cref="Lock"/>, together with other processes that share it.</summary>
    /// <exception cref="DataHomeException">A process has locked it for itself, or it cannot be written.</exception>
    public static DataHome Share(string folder) => Open(folder, FileShare.ReadWrite, () =>
        $"A process on the in-memory transport works in {folder}, and has it for itself; this one is on RabbitMQ. Stop that process, let it use RabbitMQ, too "
        + "(Bus:Transport, FINETUNE__Bus__Transport), or set FINETUNE_HOME to another folder.");

    public void Dispose() => _lock.Dispose();

    private static DataHome Open(string folder, FileShare share, Func<string> advice)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return new DataHome(folder, new FileStream(LockOf(folder), FileMode.OpenOrCreate, FileAccess.ReadWrite, share));
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new DataHomeException($"The folder {folder} cannot be written: {exception.Message} Set FINETUNE_HOME to one that can.", exception);
        }
        catch (IOException exception) when (exception.HResult is HeldOnLinux or HeldOnMacOS or HeldOnWindows)
        {
            throw new DataHomeException(advice(), exception);
        }
        catch (IOException exception)
        {
            throw new DataHomeException($"The folder {folder} cannot be used: {exception.Message} Set FINETUNE_HOME to one that can be written.", exception);
        }
    }

    private static string LockOf(string folder) => Path.Combine(folder, "lock");

    /// <summary>Whether those who have it would let in another that shares it.</summary>
    private static bool IsShared(string folder)
    {
        try
        {
            using var probe = new FileStream(LockOf(folder), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
