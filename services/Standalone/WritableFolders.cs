using FineTunePipeline.Hosts.Local;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.ServiceDefaults.Home;
using FineTunePipeline.Storage;
using FineTunePipeline.Storage.Folder;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Standalone;

/// <summary>Tries, before the start, the folders that the services will write to: found out by a job, it would cost the job its work.</summary>
internal static class WritableFolders
{
    /// <exception cref="DataHomeException">One cannot be written; the message names its setting.</exception>
    public static void Ensure(IServiceProvider services)
    {
        Ensure(services.GetRequiredService<IOptions<DatabaseOptions>>().Value.Folder, "FINETUNE__Database__Folder");
        Ensure(services.GetRequiredService<IOptions<FolderStoreOptions>>().Value.Folder, "FINETUNE__Storage__Folder");
        Ensure(services.GetRequiredService<IOptions<LocalHostOptions>>().Value.WorkFolder, "FINETUNE__LocalHost__WorkFolder");
    }

    private static void Ensure(string folder, string setting)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, DurableFile.TemporaryPrefix + Guid.NewGuid().ToString("N"));
            using var file = new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataHomeException(
                $"The folder {folder} cannot be written: {exception.Message} Make it writable, or set {setting} to another folder.", exception);
        }
    }
}
