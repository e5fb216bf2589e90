using System.Diagnostics;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Engines.Installing;
using FineTunePipeline.Hosts.Engines.Packages;
using FineTunePipeline.Hosts.Ssh;
using FineTunePipeline.Storage;
using FineTunePipeline.TestKit.Ssh;
using FineTunePipeline.TestKit.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts.Engines;

/// <summary>How engines are unpacked, verified and proved on hosts of both kinds: with shell scripts of a line in the engines' place.</summary>
public sealed class EngineInstallerHostTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MemoryArtifactStore _store = new();
    private SshServer? _server;
    private SshHostConnector? _connector;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Unpacks_verifies_and_proves_them(bool busybox)
    {
        var host = await HostAsync(busybox);
        var package = await PackAsync("echo $0 says $1");

        var folder = await InstallAsync(host, package);

        Assert.Equal(folder, await InstallAsync(host, package));
        Assert.Equal(
            ["finetune-model.sha256", "finetune-model/finetune-model", "finetune-model/libhostfxr.so", "finetune-trainer.sha256", "finetune-trainer/finetune-trainer",
                "finetune-trainer/libhostfxr.so", "installed"],
            (await host.ListAsync(folder, default)).Select(file => file.Path));
        var result = await host.RunAsync(new HostCommand { FileName = folder + "/finetune-model/finetune-model", Arguments = ["version"] }, default);
        Assert.Equal($"{folder}/finetune-model/finetune-model says version\n", result.StandardOutput);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Says_which_file_the_disk_changed(bool busybox)
    {
        var host = await HostAsync(busybox);
        var package = await PackAsync("echo hello", damage: true);

        var exception = await Assert.ThrowsAsync<EngineInstallException>(() => InstallAsync(host, package));

        Assert.Contains("finetune-trainer/libhostfxr.so: FAILED", exception.Log);
        Assert.DoesNotContain("finetune-trainer/finetune-trainer", exception.Log);
    }

    [Fact]
    public async Task Shows_what_an_engine_said_that_does_not_start()
    {
        var host = await HostAsync(busybox: false);
        var package = await PackAsync("echo 'libstdc++.so.6: version GLIBCXX_3.4.30 not found' >&2; exit 134");

        var exception = await Assert.ThrowsAsync<EngineInstallException>(() => InstallAsync(host, package));

        Assert.Contains("ended with exit code 134: libstdc++.so.6: version GLIBCXX_3.4.30 not found", exception.Message);
    }

    public async ValueTask DisposeAsync()
    {
        await (_connector?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder.Dispose();
    }

    private async Task<IComputeHost> HostAsync(bool busybox)
    {
        _server = busybox ? await SshServer.StartAsync(await Busybox.InstallAsync(_folder.At("bin")), _folder.At("bin")) : await SshServer.StartAsync();
        _connector = new SshHostConnector(Options.Create(new SshOptions { KeyFile = _server.KeyFile }), TimeProvider.System);
        return _connector.Connect(_server.Endpoint.Reference(_folder.At("work")) with { HostKey = _server.Fingerprint });
    }

    private Task<string> InstallAsync(IComputeHost host, EnginePackage package) =>
        new EngineInstaller(_store, new EngineLocator(Options.Create(new EngineOptions())), NullLogger<EngineInstaller>.Instance).InstallAsync(host, _folder.At("work"), package, default);

    /// <param name="line">What each engine does.</param>
    /// <param name="damage">Change a file after its digest was taken, as a bad disk would.</param>
    private async Task<EnginePackage> PackAsync(string line, bool damage = false)
    {
        foreach (var name in (string[])["finetune-trainer", "finetune-model"])
        {
            _folder.Write($"ready/{name}/{name}", $"#!/bin/sh\n{line}\n");
            _folder.Write($"ready/{name}/libhostfxr.so", "runtime");
        }

        var options = Options.Create(new EngineOptions { HostFolder = _folder.At("ready"), PackageFolder = _folder.At("packages") });
        var package = await new EnginePackages(_store, options, TimeProvider.System, NullLogger<EnginePackages>.Instance).GetAsync(default);
        return damage ? package with { Archives = await DamageAsync(package.Archives) } : package;
    }

    /// <summary>The same archives, in which a file of the trainer is not what its list of digests says.</summary>
    private async Task<ArtifactReference> DamageAsync(ArtifactReference archives)
    {
        var manifest = await _store.LoadManifestAsync(archives, default);
        var files = new List<ManifestFile>();
        foreach (var file in manifest.Files)
        {
            await _store.DownloadAsync(file.Sha256, _folder.At("damage", file.Path), default);
        }

        const string script = "cd \"$1\" && gunzip finetune-trainer.tar.gz && sed 's/runtime/runtimf/' finetune-trainer.tar | gzip >finetune-trainer.tar.gz";
        await Process.Start("sh", ["-c", script, "sh", _folder.At("damage")]).WaitForExitAsync();
        foreach (var file in manifest.Files)
        {
            var stored = await _store.PutAsync(new MemoryStream(await File.ReadAllBytesAsync(_folder.At("damage", file.Path))), default);
            files.Add(new ManifestFile(file.Path, stored.Bytes, stored.Sha256));
        }

        return await _store.PutManifestAsync(manifest with { Files = files }, default);
    }
}
