using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.IntegrationTests.Standalone;
using FineTunePipeline.TestKit.Ssh;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts.Pool;

/// <summary>Jobs on hosts as most are rented, containers: taken, cut off, frozen and started again in the middle of the training.</summary>
public sealed class ContainerHostTests(ContainerPool pool) : IClassFixture<ContainerPool>, IAsyncLifetime
{
    private PoolHome Home => pool.Home;

    [Fact]
    public async Task A_job_whose_container_is_killed_goes_on_in_another_from_its_last_checkpoint()
    {
        var jobId = await TrainingAsync("checkpoint");

        await pool.Cheap.TakeAsync();
        await Home.HostAsync("cheap", host => host.State == HostState.Lost);
        var history = await SucceededAsync(jobId);

        var committed = history.Where(stored => stored.Type == "checkpoint" && AttemptOf(stored) == 1).Max(stored => stored.Data.GetProperty("step").GetInt32());
        Assert.Contains(history, stored => stored.Change?.Message == $"Training goes on from step {committed}");
        await Home.HostAsync("dear", host => host.State == HostState.Free);
        Assert.Empty(await LeftoversAsync(pool.Dear));

        // Another port and another key at the same address are another host: nobody goes in before its owner says so.
        await pool.Cheap.ReturnAsync(asAnother: true);
        await Home.FinetuneAsync("hosts", "update", "cheap", pool.Cheap.SshCommand);
        await Home.HostAsync("cheap", host => host.State == HostState.Free && host.Address == pool.Cheap.Endpoint.ToString());
        await GatewayCalls.UntilAsync(async () => (await LeftoversAsync(pool.Cheap)).Count == 0, () => "a clean disk");
    }

    [Fact]
    public async Task A_container_without_its_network_trains_on_and_its_job_goes_on_there()
    {
        var jobId = await TrainingAsync("progress", OutlivesAnOutage);
        var trainer = await TrainerAsync();
        var beats = await pool.Cheap.ShellAsync(Heartbeats);

        await pool.Cheap.CutOffAsync();
        try
        {
            await Home.HostAsync("cheap", host => host.Fault is not null);
            Assert.Equal(trainer, await TrainerAsync());
            Assert.NotEqual(beats, await pool.Cheap.ShellAsync(Heartbeats));
        }
        finally
        {
            await pool.Cheap.ReconnectAsync();
        }

        AssertOneAttempt(await SucceededAsync(jobId));
    }

    [Fact]
    public async Task A_frozen_container_is_noticed_by_our_probe_and_its_job_goes_on_there()
    {
        var jobId = await TrainingAsync("progress", OutlivesAnOutage);
        var trainer = await TrainerAsync();

        await pool.Cheap.FreezeAsync();
        try
        {
            // Its kernel still answers, so nothing but our own limits can tell.
            await Home.HostAsync("cheap", host => host.Fault is not null);
        }
        finally
        {
            await pool.Cheap.ThawAsync();
        }

        Assert.Equal(trainer, await TrainerAsync());

        AssertOneAttempt(await SucceededAsync(jobId));
    }

    [Fact]
    public async Task A_job_whose_container_is_started_again_goes_on_there_from_its_last_checkpoint()
    {
        var jobId = await TrainingAsync("checkpoint");
        var boot = await pool.Cheap.ShellAsync(BootId);

        await pool.Cheap.TakeAsync();
        await pool.Cheap.ReturnAsync();
        Assert.Equal(boot, await pool.Cheap.ShellAsync(BootId));
        var history = await SucceededAsync(jobId);

        Assert.Contains(history, stored => stored.Change?.Message.StartsWith("Training goes on from step ", StringComparison.Ordinal) == true);
        Assert.DoesNotContain(history, stored => stored.Change is { Stage: Stage.Provision, Attempt: > 1 });
    }

    public async ValueTask InitializeAsync() => await pool.ReadyAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private const string BootId = "cat /proc/sys/kernel/random/boot_id";
    private const string Heartbeats = "find /root/finetune -name heartbeat -exec stat -c '%n %y' {} +";

    /// <summary>Steps of a training that still goes on when an outage has been noticed, also where other work keeps this computer busy.</summary>
    private const int OutlivesAnOutage = 200;

    /// <summary>A job once it has told something of its training on the cheap host.</summary>
    private async Task<string> TrainingAsync(string type, int steps = 40)
    {
        var jobId = await Home.Gateway.SubmitAsync(PoolHome.OnHost(SmallJob.Long(steps, saveSteps: steps / 8)));
        await Home.Gateway.EventAsync(jobId, stored => stored.Type == type);
        await Home.HostAsync("cheap", host => host.State == HostState.InUse);
        return jobId;
    }

    private async Task<IReadOnlyList<StoredEvent>> SucceededAsync(string jobId)
    {
        var job = await Home.Gateway.EndAsync(jobId);
        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message);
        return await Home.Gateway.HistoryAsync(jobId);
    }

    /// <summary>Process id and start time of the one trainer that runs on the cheap host.</summary>
    private async Task<string> TrainerAsync()
    {
        var trainer = Assert.Single(await pool.Cheap.ProcessesAsync(), process => process.Value.Contains("finetune-trainer train", StringComparison.Ordinal));
        return trainer.Key + await pool.Cheap.ShellAsync("cut -d' ' -f22 /proc/$1/stat", trainer.Key.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static async Task<IReadOnlyList<string>> LeftoversAsync(ContainerHost host) =>
        (await host.ShellAsync("cd /root/finetune && find . -type f ! -path './.finetune/engines/*' ! -path './.finetune/models/*'")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static void AssertOneAttempt(IReadOnlyList<StoredEvent> history) =>
        Assert.All(history.Where(stored => stored.Type == "checkpoint"), stored => Assert.Equal(1, AttemptOf(stored)));

    private static int AttemptOf(StoredEvent stored) => stored.Data.GetProperty("attempt").GetInt32();
}
