using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.IntegrationTests.Hosts.Ssh;
using FineTunePipeline.IntegrationTests.Standalone;
using FineTunePipeline.TestKit.Ssh;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts.Pool;

/// <summary>Jobs on hosts that a person rented: used, shared, given back; over real SSH servers and the command line.</summary>
public sealed class RentedHostTests : PoolTests
{
    [Fact]
    public async Task A_job_runs_on_a_host_that_was_added_and_leaves_it_clean()
    {
        var host = await Home.AddAsync("gpu-1", "--price", "1.98", "--gpu", "RTX 4090");
        var off = Path.Combine(Path.GetDirectoryName(host.Folder)!, "off");
        await Home.FinetuneAsync("hosts", "update", "gpu-1", "--on-release", $"touch '{off}'");

        var job = await Home.Gateway.RunAsync(PoolHome.OnHost(SmallJob.Spec));

        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message);
        Assert.Contains(job.Result!.Files, file => file.Kind == "gguf");
        var view = await Home.HostAsync("gpu-1", host => host.State == HostState.Free);
        Assert.Equal((1.98m, "RTX 4090", host.Fingerprint, job.Id), (view.HourlyPrice, view.Gpu, view.HostKey, view.JobId));
        Assert.Contains("touch", view.Fault, StringComparison.Ordinal);
        await GatewayCalls.UntilAsync(() => Task.FromResult(File.Exists(off)), () => "what is done when a host is given back");
        var cost = (await Home.Gateway.UntilAsync(job.Id, job => job.Cost is { Held: 0 }, "what it cost")).Cost!;
        Assert.InRange(cost.Charged, 0.0001m, 1.98m);
        Assert.Equal([("gpu-1", cost.Charged, true)], cost.Hosts.Select(host => (host.HostName, host.Charged, host.IsReleased)));
        Assert.Matches(@"gpu-1 +0\.\d+  1\.98 an hour, given back", await Home.FinetuneAsync("cost", job.Id));
        Assert.Empty(host.Leftovers());
        Assert.Empty(host.Processes());
        Assert.NotEmpty(host.KeptModelFiles());
    }

    [Fact]
    public async Task The_next_job_finds_its_base_model_there_and_what_was_changed_of_it_is_sent_again()
    {
        var host = await Home.AddAsync("gpu-1");
        Assert.Equal(JobState.Succeeded, (await Home.Gateway.RunAsync(PoolHome.OnHost(SmallJob.Shortest))).State);
        var kept = host.KeptModelFiles().ToDictionary(file => file, file => (Written: File.GetLastWriteTimeUtc(file), Bytes: File.ReadAllBytes(file)));
        var spoilt = kept.Keys.Single(file => file.EndsWith("/config.json", StringComparison.Ordinal));
        await File.WriteAllTextAsync(spoilt, "{}");

        var job = await Home.Gateway.RunAsync(PoolHome.OnHost(SmallJob.Shortest));

        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message);
        Assert.Equal(kept.Keys.Order(), host.KeptModelFiles().Order());
        foreach (var (file, before) in kept)
        {
            Assert.Equal(before.Bytes, await File.ReadAllBytesAsync(file));
            Assert.True(file == spoilt || before.Written == File.GetLastWriteTimeUtc(file), $"{file} was sent again");
        }
    }

    [Fact]
    public async Task A_host_that_does_not_let_us_in_tells_the_line_that_is_missing_there()
    {
        var host = await Home.RentAsync(letsUsIn: false);
        await Home.FinetuneAsync("hosts", "add", host.SshCommand, "--name", "closed", "--folder", host.Folder);
        var jobId = await Home.Gateway.SubmitAsync(PoolHome.OnHost(SmallJob.Shortest));
        var waiting = await Home.Gateway.UntilAsync(jobId, job => job.State == JobState.WaitingForYou, "a wish to its person");
        Assert.Contains(Home.PublicLine, waiting.Message, StringComparison.Ordinal);
        Assert.Contains("authorized_keys", (await Home.HostAsync("closed", view => view.Fault is not null)).Fault, StringComparison.Ordinal);

        host.Authorize(Home.PublicLine);
        await Home.FinetuneAsync("hosts", "update", "closed");

        var job = await Home.Gateway.EndAsync(jobId);
        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message);
    }

    [Fact]
    public async Task A_host_is_tested_for_its_owner_and_left_clean()
    {
        var host = await Home.AddAsync("gpu-1", "--on-release", "touch /nothing/that/is/run");

        var report = await Home.FinetuneAsync("hosts", "test", "gpu-1");

        Assert.Contains("fit       trainer", report, StringComparison.Ordinal);
        Assert.Contains("Jobs can use it.", report, StringComparison.Ordinal);
        var view = await Home.HostAsync("gpu-1", view => view.State == HostState.Free);
        Assert.Equal((null, host.Fingerprint), (view.Fault, view.HostKey));
        Assert.Empty(host.Leftovers());

        host.CutOff();
        var (code, told) = await Home.TryFinetuneAsync("hosts", "test", "gpu-1");
        Assert.Equal(1, code);
        Assert.Contains("cannot be reached", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_installs_our_key_and_a_wrong_one_is_told_without_being_shown()
    {
        var host = await Home.RentAsync(letsUsIn: false);
        await Home.FinetuneWithInputAsync("wrong-password", "hosts", "add", host.SshCommand, "--name", "gpu-1", "--folder", host.Folder, "--password-stdin");
        var jobId = await Home.Gateway.SubmitAsync(PoolHome.OnHost(SmallJob.Shortest));
        var waiting = await Home.Gateway.UntilAsync(jobId, job => job.State == JobState.WaitingForYou, "a wish to its person");
        Assert.Contains("refused the login with the given password", waiting.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-password", waiting.Message, StringComparison.Ordinal);

        await Home.FinetuneWithInputAsync(SshServer.Password, "hosts", "update", "gpu-1", "--password-stdin");
        var job = await Home.Gateway.EndAsync(jobId);

        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message);
        Assert.Equal(Home.PublicLine, (await File.ReadAllTextAsync(Path.Combine(host.Home, ".ssh", "authorized_keys"))).Trim());
        Home.AssertNowhere(SshServer.Password);
    }

    [Fact]
    public async Task Two_jobs_share_one_host_one_after_the_other_and_a_host_in_use_is_removed_when_it_is_free()
    {
        var host = await Home.AddAsync("only");
        var jobs = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Home.Gateway.SubmitAsync(PoolHome.OnHost(SmallJob.Shortest))));
        var ends = jobs.Select(Home.Gateway.EndAsync).ToList();
        var first = await await Task.WhenAny(ends);
        var second = jobs.Single(job => job != first.Id);
        await Home.Gateway.StageAsync(second, Contracts.Stages.Stage.Train);

        await Home.FinetuneAsync("hosts", "remove", "only");
        Assert.Equal(second, (await Home.HostAsync("only", view => view.State == HostState.Removing)).JobId);
        foreach (var job in await Task.WhenAll(ends))
        {
            Assert.True(job.State == JobState.Succeeded, job.Failure?.Message);
        }

        await GatewayCalls.UntilAsync(async () => (await Home.HostsAsync()).Count == 0, () => "the end of a host that was removed");
        Assert.Empty(host.Leftovers());
        Assert.Empty(host.Processes());
    }

    [Fact]
    public async Task A_job_whose_budget_is_used_up_is_paused_on_no_host_and_goes_on_when_it_is_given_more()
    {
        // The first tick is more than the budget.
        var host = await Home.AddAsync("gpu-1", "--price", "3.6");
        var job = PoolHome.OnHost(SmallJob.Long(steps: 300, saveSteps: 1000));
        var jobId = await Home.Gateway.SubmitAsync(job with { Budget = job.Budget with { Total = 0.0001m } });
        var paused = await Home.Gateway.UntilAsync(jobId, view => view.State == JobState.Paused, "a rest");
        Assert.Contains($"finetune resume {jobId} --budget TOTAL", paused.Message, StringComparison.Ordinal);

        await Home.FinetuneAsync("resume", jobId, "--budget", "20");
        await Home.Gateway.EventAsync(jobId, stored => stored.Type == "progress");
        await Home.FinetuneAsync("pause", jobId);
        await Home.Gateway.UntilAsync(jobId, view => view.State == JobState.Paused, "a rest");
        await Home.HostAsync("gpu-1", view => view.State == HostState.Free);
        Assert.Empty(host.Processes());
        Assert.Empty(host.Leftovers());

        await Home.FinetuneAsync("resume", jobId);
        var ended = await Home.Gateway.EndAsync(jobId);

        Assert.True(ended.State == JobState.Succeeded, ended.Failure?.Message);
        Assert.Contains(await Home.Gateway.HistoryAsync(jobId), stored => stored.Change?.Message.StartsWith("Training goes on from step", StringComparison.Ordinal) == true);
        Assert.Equal(2, (await Home.Gateway.UntilAsync(jobId, view => view.Cost is { Held: 0 }, "what it cost")).Cost!.Hosts.Count);
    }

    [Fact]
    public async Task A_host_whose_server_comes_late_is_used_when_it_is_there()
    {
        var host = await Home.RentAsync();
        host.CutOff();
        await Home.FinetuneAsync("hosts", "add", host.SshCommand, "--name", "gpu-1", "--folder", host.Folder);
        var jobId = await Home.Gateway.SubmitAsync(PoolHome.OnHost(SmallJob.Shortest));
        var waiting = await Home.Gateway.UntilAsync(jobId, job => job.State == JobState.WaitingForYou, "a wish to its person");
        Assert.Contains("cannot be reached", waiting.Message, StringComparison.Ordinal);

        await host.ReturnAsync();
        var job = await Home.Gateway.EndAsync(jobId);

        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message);
    }

    [Fact]
    public async Task A_read_only_disk_is_told_and_another_folder_helps()
    {
        using var folder = new TemporaryFolder();
        Assert.SkipUnless(MountedDisk.TryMake(folder.Path, "4m", out var disk), "Mounting is not allowed here.");
        await using var unmount = disk;
        await disk.MakeReadOnlyAsync();
        var host = await Home.RentAsync();
        await Home.FinetuneAsync("hosts", "add", host.SshCommand, "--name", "gpu-1", "--folder", folder.At("finetune"));
        var jobId = await Home.Gateway.SubmitAsync(PoolHome.OnHost(SmallJob.Shortest));
        var waiting = await Home.Gateway.UntilAsync(jobId, job => job.State == JobState.WaitingForYou, "a wish to its person");
        Assert.Contains("Read-only file system", waiting.Message, StringComparison.Ordinal);
        Assert.Contains("finetune hosts update gpu-1 --folder", waiting.Message, StringComparison.Ordinal);

        await Home.FinetuneAsync("hosts", "update", "gpu-1", "--folder", host.Folder);
        var job = await Home.Gateway.EndAsync(jobId);

        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message);
    }

    [Fact]
    public async Task A_test_whose_process_died_in_the_middle_is_done_again_and_leaves_the_host_clean()
    {
        var host = await Home.AddAsync("gpu-1");
        var asking = Home.TryFinetuneAsync("hosts", "test", "gpu-1");
        await GatewayCalls.UntilAsync(() => Task.FromResult(host.MovedInAt() is not null), () => "the beginning of the test");
        await Home.KillProgramAsync();
        Assert.NotEqual(0, (await asking).Code);
        Assert.NotEmpty(host.Leftovers());

        // As if the claim of who died were over: a minute.
        await Home.ChangeAsync("provisioning", "UPDATE hosts SET TestUntilMs = 1 WHERE TestUntilMs IS NOT NULL");
        await Home.StartProgramAsync();

        var view = await Home.HostAsync("gpu-1", view => view.Test is { Passed: not null });
        Assert.Equal(((bool?)true, HostState.Free), (view.Test!.Passed, view.State));
        Assert.Empty(host.Leftovers());
        Assert.Empty(host.Processes());
    }
}
