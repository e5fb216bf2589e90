using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines.Installing;
using FineTunePipeline.Hosts.Engines.Packages;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.TestKit.Hosts;
using FineTunePipeline.TestKit.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FineTunePipeline.UnitTests.Hosts.Engines;

public sealed class EngineInstallerTests : IAsyncLifetime
{
    private readonly EngineTree _tree = new();
    private readonly TemporaryFolder _folder = new();
    private readonly ScriptedHost _host = new();
    private EnginePackage _package = null!;

    public async ValueTask InitializeAsync()
    {
        _package = await _tree.Packages().GetAsync(default);
        _host.On("-c", _ => ScriptedRun.Done()).On("env", _ => ScriptedRun.Done("it runs")).On("version", _ => ScriptedRun.Done(FakeEngines.ModelVersion));
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        _tree.Dispose();
        return ValueTask.CompletedTask;
    }

    private string Folder => $"/work/.finetune/engines/{_package.Archives.Sha256}";

    [Fact]
    public async Task Places_unpacks_and_proves_each_engine_and_says_last_that_it_is_done()
    {
        Assert.Equal(Folder, await InstallAsync());

        Assert.Equal(["unpack finetune-trainer.tar.gz", "env", "unpack finetune-model.tar.gz", "version"], _host.Calls.Select(Told));
        Assert.Equal(
            [$"{Folder}/finetune-trainer/finetune-trainer", $"{Folder}/finetune-model/finetune-model"],
            _host.Calls.Where(call => call.Verb != "-c").Select(call => call.Command.FileName));
        Assert.Equal([$"{Folder}/installed"], _host.Files.Keys);
    }

    [Fact]
    public async Task Does_nothing_again_on_a_host_that_has_them()
    {
        await InstallAsync();
        var calls = _host.Calls.Count;

        Assert.Equal(Folder, await InstallAsync());
        Assert.Equal(calls, _host.Calls.Count);
    }

    [Fact]
    public async Task Is_not_done_when_it_could_not_unpack_and_shows_what_the_host_said()
    {
        _host.On("-c", _ => ScriptedRun.Failed(2, "tar: write error: No space left on device"));

        var failure = await FailAsync();

        Assert.Equal(("engine_install", FailureKind.HostLost), (failure.Code, failure.Kind));
        Assert.Contains("No space left on device", failure.Message);
        Assert.Equal("tar: write error: No space left on device", failure.Evidence);
        Assert.Equal([$"{Folder}/packed/finetune-model.tar.gz", $"{Folder}/packed/finetune-trainer.tar.gz"], _host.Files.Keys.Order());
    }

    [Fact]
    public async Task Is_not_done_when_an_engine_does_not_run_there()
    {
        _host.On("version", _ => ScriptedRun.Failed(1, "Unable to load libllama.so: libgomp.so.1: cannot open shared object file"));

        var failure = await FailAsync();

        Assert.Contains("finetune-model version' ended with exit code 1: Unable to load", failure.Message);
        Assert.False(_host.Files.ContainsKey($"{Folder}/installed"));
    }

    [Fact]
    public async Task Goes_on_where_it_was_broken_off()
    {
        _host.On("env", _ => throw new HostUnreachableException("cut"));
        await Assert.ThrowsAsync<HostUnreachableException>(InstallAsync);
        _host.On("env", _ => ScriptedRun.Done("it runs"));

        Assert.Equal(Folder, await InstallAsync());
        Assert.Equal([$"{Folder}/installed"], _host.Files.Keys);
    }

    [Fact]
    public async Task An_engine_that_was_killed_before_it_spoke_says_nothing_about_the_host()
    {
        _host.On("env", _ => ScriptedRun.Failed(137));

        Assert.Equal(FailureKind.Transient, (await FailAsync()).Kind);
    }

    private static string Told(ScriptedCall call) => call.Verb == "-c" ? $"{call.Argument(1)} {call.Argument(3)}" : call.Verb;

    private Task<string> InstallAsync() =>
        new EngineInstaller(_tree.Store, FakeEngines.In(_folder), NullLogger<EngineInstaller>.Instance).InstallAsync(_host, "/work", _package, default);

    private async Task<Failure> FailAsync() => StageFailures.Of(Stage.Prepare, await Assert.ThrowsAnyAsync<Exception>(InstallAsync));
}
