using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Artifacts;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Provisioning.Data;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Provisioning.Prepare;

/// <summary>
/// Tests the host, and installs our engines where it has none, then brings model and data there, each file hashed where it arrives. Entered again, it copies
/// only what is missing.
/// </summary>
internal sealed class PrepareHostRunner(
    IHostConnector connector, EnvironmentTest environmentTest, ModelCache cache, LeaseTable leases, IArtifactStore store, TimeProvider time) : IStageRunner<PrepareHost>
{
    public async Task<IStageEvent> RunAsync(PrepareHost command, StageContext context, CancellationToken cancellationToken)
    {
        var began = time.GetUtcNow();
        var host = connector.Connect(command.Host);
        var model = await store.LoadManifestAsync(command.Inputs.Model, cancellationToken);
        if (cache.IsOn(command.Host))
        {
            // Before the disk is looked at. What may fail here fails the test as well, which says what to change.
            await cache.MakeRoomAsync(host, command.Host, command.Inputs.Model, model.TotalBytes, cancellationToken);
        }

        var report = await environmentTest.RunAsync(command.Host, command.Provider.Trainer, model.TotalBytes, cancellationToken);
        if (report.Failure is { } failure)
        {
            if (failure.Kind == FailureKind.HostLost)
            {
                await leases.MarkUnfitAsync(command.LeaseId, context, cancellationToken);
            }

            throw new StageException(failure);
        }

        var inputs = $"{command.Host.WorkFolder}/{command.JobId}/inputs";
        var modelFolder = cache.IsOn(command.Host) ? ModelCache.FolderOf(command.Host, command.Inputs.Model) : inputs + "/model";
        await host.PlaceAsync(store, command.Inputs.Model, modelFolder, cancellationToken);
        var data = await host.PlaceAsync(store, command.Inputs.Dataset, inputs + "/data", cancellationToken);

        var statement = new PrepareStatement
        {
            JobId = command.JobId,
            Attempt = command.Attempt,
            Host = command.Host,
            Environment = report,
            Model = command.Inputs.Model,
            Dataset = command.Inputs.Dataset,
            VerifiedBytes = model.TotalBytes + data.TotalBytes,
            StartedAt = began,
            EndedAt = time.GetUtcNow(),
        };
        return new HostPrepared
        {
            JobId = command.JobId,
            Attempt = command.Attempt,
            Prepared = new PreparedHost
            {
                LeaseId = command.LeaseId,
                Host = command.Host,
                ModelFolder = modelFolder,
                DatasetFolder = inputs + "/data",
                EngineFolder = report.EngineFolder,
                TrainerVersion = report.TrainerVersion,
            },
            Statement = await store.PutJsonAsync(statement, cancellationToken),
        };
    }

    /// <summary>Nothing runs outside; the files go with the host, or are of use to the next job.</summary>
    public Task CancelAsync(PrepareHost command, StageContext context, CancellationToken cancellationToken) => Task.CompletedTask;
}
