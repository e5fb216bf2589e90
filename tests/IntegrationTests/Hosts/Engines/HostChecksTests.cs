using System.Diagnostics;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Engines.Installing;
using FineTunePipeline.Hosts.Engines.Packages;
using FineTunePipeline.Hosts.Runs;
using FineTunePipeline.Hosts.Ssh;
using FineTunePipeline.Provisioning.Prepare;
using FineTunePipeline.Provisioning.Prepare.Checks;
using FineTunePipeline.Provisioning.Prepare.Trainers.LlamaFactory;
using FineTunePipeline.TestKit.Ssh;
using FineTunePipeline.TestKit.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts.Engines;

/// <summary>What the gate asks, asked of a host that has busybox and a driver of one line.</summary>
public sealed class HostChecksTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private SshServer? _server;
    private SshHostConnector? _connector;

    [Fact]
    public async Task Busybox_answers_them_all()
    {
        var test = await HostAsync("""
            case "$*" in
            *--query-gpu=name,memory.total,memory.free,driver_version*) echo "NVIDIA GeForce RTX 4090, 24564, 24080, 550.90.07" ;;
            *--query-compute-apps=*) ;;
            esac
            """);

        foreach (var check in Checks().TakeWhile(check => check.Name != "engines"))
        {
            var finding = await check.AskAsync(test, default);
            Assert.True(finding.Passed, $"{check.Name}: {finding.Found}");
        }
    }

    [Fact]
    public async Task A_card_in_use_by_others_is_told_with_their_names()
    {
        var test = await HostAsync("echo '4711, python3 train.py, 20480'");

        var finding = await Checks().Single(check => check.Name == "card_processes").AskAsync(test, default);

        Assert.Equal("others compute on the card: 4711 python3 train.py (20480 MiB)", finding.Found);
        Assert.False(finding.Passed);
    }

    public async ValueTask DisposeAsync()
    {
        await (_connector?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder.Dispose();
    }

    private static IReadOnlyList<EnvironmentCheck> Checks()
    {
        var engines = new EngineLocator(Options.Create(new EngineOptions()));
        var store = new MemoryArtifactStore();
        var installer = new EngineInstaller(store, engines, NullLogger<EngineInstaller>.Instance);
        var runs = new EngineRuns(engines, new HostRuns(TimeProvider.System));
        return new EnvironmentChecks(engines, new TrainerLocator(engines), installer, runs, store, Options.Create(new PrepareOptions()), TimeProvider.System).All;
    }

    private async Task<HostUnderTest> HostAsync(string driver)
    {
        var shell = await Busybox.InstallAsync(_folder.At("bin"));
        var program = _folder.Write("bin/nvidia-smi", "#!/bin/sh\n" + driver + "\n");
        await Process.Start("chmod", ["+x", program]).WaitForExitAsync();
        Directory.CreateDirectory(_folder.At("work"));
        _server = await SshServer.StartAsync(shell, _folder.At("bin"));
        _connector = new SshHostConnector(Options.Create(new SshOptions { KeyFile = _server.KeyFile }), TimeProvider.System);
        var host = _connector.Connect(_server.Endpoint.Reference(_folder.At("work")) with { HostKey = _server.Fingerprint });
        Directory.CreateDirectory(_folder.At("models", "my base"));
        var engines = new EngineLocator(Options.Create(new EngineOptions()));
        var (options, limits) = (Options.Create(new LlamaFactoryOptions()), Options.Create(new PrepareOptions()));
        var llamaFactory = new LlamaFactoryInstaller(new EngineRuns(engines, new HostRuns(TimeProvider.System)), new WheelFolder(), options, limits);
        var trainer = new LlamaFactoryHostTrainer(new TrainerLocator(engines), llamaFactory, options, limits);
        var job = new JobUnderTest { Spec = new JobSpec { Model = "host:" + _folder.At("models", "my base"), Dataset = "/d" }, RunsFolder = _folder.At("work", "prepare-1") };
        return new HostUnderTest(host, _folder.At("work"), _folder.At("work"), 1 << 20, new EnginePackage(new ArtifactReference(new string('a', 64), 1), 1 << 20), trainer, job);
    }
}
