using FineTunePipeline.Hosts.Local;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Storage;
using FineTunePipeline.Storage.Folder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.ServiceDefaults.Serving;

/// <summary>Tries, before the start, the folders that the services will write to: found out by a job, it would cost the job its work.</summary>
internal static class WritableFolders
{
    public static void Check(IServiceProvider services, StartFaults faults)
    {
        Check<DatabaseOptions>(options => options.Folder, "FINETUNE__Database__Folder");
        Check<FolderStoreOptions>(options => options.Folder, "FINETUNE__Storage__Folder");
        Check<LocalHostOptions>(options => options.WorkFolder, "FINETUNE__LocalHost__WorkFolder");

        // Options with a fault have its line already.
        void Check<T>(Func<T, string> folder, string setting)
            where T : class
        {
            if (faults.Ask(() => folder(services.GetRequiredService<IOptions<T>>().Value)) is { } path)
            {
                WritableFolders.Check(path, setting, faults);
            }
        }
    }

    private static void Check(string folder, string setting, StartFaults faults)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, DurableFile.TemporaryPrefix + Guid.NewGuid().ToString("N"));
            using var file = new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            faults.Add($"The folder {folder} cannot be written: {exception.Message} Make it writable, or set {setting} to another folder.");
        }
    }
}
