using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Artifacts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Runs;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Provisioning.Data;
using FineTunePipeline.Provisioning.Prepare.Checks;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Provisioning.Prepare;

/// <summary>
/// Tests the host, and installs our engines where it has none, then brings model and data there, each file hashed where it arrives, and asks the base model a
/// first question. A model that the host has already is hashed where it lies, and left alone. Entered again, it copies only what is missing.
/// </summary>
internal sealed class PrepareHostRunner(
    IHostConnector connector, EnvironmentTest environmentTest, ModelCache cache, TrainerLocator trainers, LeaseTable leases, IArtifactStore store, TimeProvider time) : IStageRunner<PrepareHost>
{
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(5);

    public async Task<IStageEvent> RunAsync(PrepareHost command, StageContext context, CancellationToken cancellationToken)
    {
        var began = time.GetUtcNow();
        var host = connector.Connect(command.Host);
        var job = await JobAsync(command, cancellationToken);
        if (job.HostFolder is null && cache.IsOn(command.Host))
        {
            // Before the disk is looked at. What may fail here fails the test as well, which says what to change.
            await cache.MakeRoomAsync(host, command.Host, command.Inputs.KnownModel, job.ModelBytes, cancellationToken);
        }

        var report = await environmentTest.RunAsync(command.Host, command.Spec.Provider.Trainer, job.ModelBytes, job, cancellationToken);
        if (report.Test?.CardBytes is { } cardBytes)
        {
            await leases.NoteCardsAsync(command.LeaseId, cardBytes, context, cancellationToken);
        }

        await ThrowIfFailedAsync(report, command, context, cancellationToken);
        var dataBytes = await FillAsync(host, command, job, cancellationToken);
        report = await environmentTest.GoOnAsync(report, cancellationToken);
        await ThrowIfFailedAsync(report, command, context, cancellationToken);
        if (command.Host.SharedFolder is not null)
        {
            await JobOnHostFile.PutAsync(host, command, job, trainers.Locate(report.Trainer, report.EngineFolder), cancellationToken);
        }

        return new HostPrepared
        {
            JobId = command.JobId,
            Attempt = command.Attempt,
            Prepared = new PreparedHost
            {
                LeaseId = command.LeaseId,
                Host = command.Host,
                ModelFolder = job.ModelFolder,
                DatasetFolder = job.DataFolder,
                EngineFolder = report.EngineFolder,
                Trainer = report.Trainer,
                TrainerVersion = report.TrainerVersion,
            },
            HostModel = job.HostManifest,
            FirstAnswer = job.FirstAnswer,
            Statement = await StateAsync(command, job, report, dataBytes, began, cancellationToken),
        };
    }

    /// <summary>The files go with the host, or are of use to the next job; a question that is being asked ends.</summary>
    public async Task CancelAsync(PrepareHost command, StageContext context, CancellationToken cancellationToken)
    {
        var host = connector.Connect(command.Host);
        await HostRuns.StopAllAsync(host, RunsFolder(command), StopGrace, cancellationToken);
        await host.DeleteAsync(RunsFolder(command), cancellationToken);
    }

    private async Task<JobUnderTest> JobAsync(PrepareHost command, CancellationToken cancellationToken)
    {
        var known = command.Inputs.Model is { } reference ? await store.LoadManifestAsync(reference, cancellationToken) : null;
        var isOnHost = HostModel.FolderOf(command.Spec.Model) is not null;
        return new JobUnderTest
        {
            Spec = command.Spec,
            RunsFolder = RunsFolder(command),
            MoreCardBytesThan = command.MoreCardBytesThan,
            KnownReference = command.Inputs.Model,
            KnownModel = known,
            ModelBytes = isOnHost ? 0 : known!.TotalBytes,
        };
    }

    private async Task ThrowIfFailedAsync(EnvironmentReport report, PrepareHost command, StageContext context, CancellationToken cancellationToken)
    {
        if (report.Failure is not { } failure)
        {
            return;
        }

        if (failure.Kind == FailureKind.HostLost)
        {
            await leases.MarkUnfitAsync(command.LeaseId, report.Because!, context, cancellationToken);
        }

        throw new StageException(failure);
    }

    /// <summary>Returns how many bytes of data are there.</summary>
    private async Task<long> FillAsync(IComputeHost host, PrepareHost command, JobUnderTest job, CancellationToken cancellationToken)
    {
        var inputs = $"{command.Host.WorkFolder}/{command.JobId}/inputs";
        if (job.HostFolder is { } folder)
        {
            job.ModelFolder = folder;
        }
        else
        {
            job.ModelFolder = cache.IsOn(command.Host) ? ModelCache.FolderOf(command.Host, command.Inputs.KnownModel) : inputs + "/model";
            await host.PlaceAsync(store, command.Inputs.KnownModel, job.ModelFolder, cancellationToken);
        }

        job.DataFolder = inputs + "/data";
        var data = await host.PlaceAsync(store, command.Inputs.Dataset, job.DataFolder, cancellationToken);
        job.DataFiles = [.. data.Files.Select(file => file.Path)];
        return data.TotalBytes;
    }

    private Task<ArtifactReference> StateAsync(
        PrepareHost command, JobUnderTest job, EnvironmentReport report, long dataBytes, DateTimeOffset began, CancellationToken cancellationToken) =>
        store.PutJsonAsync(
            new PrepareStatement
            {
                JobId = command.JobId,
                Attempt = command.Attempt,
                Host = command.Host,
                Environment = report,
                Model = job.HostManifest ?? command.Inputs.KnownModel,
                HostFolder = job.HostFolder,
                Dataset = command.Inputs.Dataset,
                FirstAnswer = job.FirstAnswer,
                VerifiedBytes = job.ModelBytes + dataBytes,
                StartedAt = began,
                EndedAt = time.GetUtcNow(),
            },
            cancellationToken);

    private static string RunsFolder(PrepareHost command) => RunFolder.ForAttempt(command.Host.WorkFolder, command.JobId, "prepare", command.Attempt);
}
