using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Storage;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FineTunePipeline.UnitTests.Hosts.Engines;

public sealed class EnginePackagesTests : IDisposable
{
    private readonly EngineTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public async Task Publishes_both_engines_and_stores_an_archive_of_each()
    {
        var package = await _tree.Packages().GetAsync(default);

        var manifest = await _tree.Store.VerifyAsync(package.Archives, default);
        Assert.Equal("engines", manifest.Kind);
        Assert.Equal(["finetune-model.tar.gz", "finetune-trainer.tar.gz"], manifest.Files.Select(file => file.Path));
        Assert.Equal("program of finetune-trainer".Length + "program of finetune-model".Length + (2 * "runtime".Length), package.UnpackedBytes);
        var command = Assert.Single(_tree.Commands);
        Assert.Equal("dotnet", command.FileName);
        Assert.Contains(_tree.At("services/Engines/HostEngines.proj"), command.Arguments);
        Assert.Equal(TimeSpan.FromMinutes(20), command.TimeLimit);
    }

    [Fact]
    public async Task Leaves_nothing_on_the_disk_but_its_memory()
    {
        Directory.CreateDirectory(_tree.At("cache", DurableFile.TemporaryPrefix + "of-one-that-was-killed"));

        await _tree.Packages().GetAsync(default);

        Assert.Empty(Directory.EnumerateDirectories(_tree.At("cache")));
        Assert.Single(Directory.EnumerateFiles(_tree.At("cache"), "*.json"));
    }

    [Fact]
    public async Task Publishes_once_for_all_who_come_later()
    {
        var first = await _tree.Packages().GetAsync(default);
        _tree.Write("shared/Messaging/Bus.cs", "no part of an engine");
        _tree.Write("services/Engines/CpuTrainer/obj/made.cs", "by an earlier build");

        Assert.Equal(first, await _tree.Packages().GetAsync(default));
        Assert.Single(_tree.Commands);
    }

    [Theory]
    [InlineData("services/Engines/CpuTrainer/Program.cs")]
    [InlineData("services/Engines/ModelTools/New.cs")]
    [InlineData("shared/ModelFormats/Gguf.cs")]
    [InlineData("services/Engines/HostEngines.proj")]
    [InlineData("Directory.Packages.props")]
    public async Task Publishes_again_when_what_they_are_made_of_has_changed(string path)
    {
        await _tree.Packages().GetAsync(default);
        _tree.Write(path, "<Project><!-- changed --></Project>");

        await _tree.Packages().GetAsync(default);

        Assert.Equal(2, _tree.Commands.Count);
    }

    [Fact]
    public async Task Publishes_again_when_the_store_has_lost_an_archive()
    {
        var package = await _tree.Packages().GetAsync(default);
        var manifest = await _tree.Store.LoadManifestAsync(package.Archives, default);
        await _tree.Store.DeleteAsync(manifest.Files[0].Sha256, default);

        Assert.Equal(package, await _tree.Packages().GetAsync(default));
        Assert.Equal(2, _tree.Commands.Count);
        await _tree.Store.VerifyAsync(package.Archives, default);
    }

    [Fact]
    public async Task Who_asks_while_they_are_published_waits_for_it()
    {
        var time = new FakeTimeProvider();
        var began = new TaskCompletionSource();
        var end = new TaskCompletionSource();
        _tree.Dotnet = async command =>
        {
            began.SetResult();
            await end.Task;
            return EngineTree.Publish(command);
        };

        var first = _tree.Packages(time).GetAsync(default);
        await began.Task;
        var second = _tree.Packages(time).GetAsync(default);
        end.SetResult();
        var package = await first;
        while (!second.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(package, await second);
        Assert.Single(_tree.Commands);
    }

    [Fact]
    public async Task Takes_a_folder_that_is_ready_and_needs_no_sdk()
    {
        EngineTree.PublishTo(_tree.At("ready"));
        _tree.Options.HostFolder = _tree.At("ready");

        var package = await _tree.Packages().GetAsync(default);

        Assert.Empty(_tree.Commands);
        Assert.Equal(2, (await _tree.Store.VerifyAsync(package.Archives, default)).Files.Count);
        Assert.True(File.Exists(_tree.At("ready/finetune-model/finetune-model")));
    }

    [Fact]
    public async Task Packs_a_folder_that_is_ready_again_when_a_file_of_it_is_another()
    {
        EngineTree.PublishTo(_tree.At("ready"));
        _tree.Options.HostFolder = _tree.At("ready");
        var first = await _tree.Packages().GetAsync(default);
        _tree.Write("ready/finetune-trainer/finetune-trainer", "a newer program");

        Assert.NotEqual(first, await _tree.Packages().GetAsync(default));
    }

    [Fact]
    public async Task Finds_engines_for_hosts_beside_the_service()
    {
        EngineTree.PublishTo(_tree.At("app/host-engines"));

        await _tree.Packages(baseFolder: "app").GetAsync(default);

        Assert.Empty(_tree.Commands);
    }

    [Fact]
    public async Task Refuses_a_folder_of_engines_without_their_runtime()
    {
        EngineTree.PublishTo(_tree.At("ready"));
        File.Delete(_tree.At("ready/finetune-model/libhostfxr.so"));
        _tree.Options.HostFolder = _tree.At("ready");

        var failure = await FailAsync();

        Assert.Equal(("engine_missing", FailureKind.BadInput), (failure.Code, failure.Kind));
        Assert.Contains("FINETUNE__Engines__HostFolder", failure.Message);
    }

    [Fact]
    public async Task Says_what_to_do_where_there_is_no_sdk()
    {
        _tree.Dotnet = _ => Task.FromResult(new CommandResult(127, "", "dotnet: No such file or directory\n"));

        var failure = await FailAsync();

        Assert.Equal(("engine_missing", FailureKind.BadInput), (failure.Code, failure.Kind));
        Assert.Contains("Install the .NET 10 SDK, or set FINETUNE__Engines__HostFolder", failure.Message);
    }

    [Theory]
    [InlineData("Program.cs(3,1): error CS1002: ; expected", FailureKind.BadInput)]
    [InlineData("error NU1301: Unable to load the service index for source", FailureKind.Transient)]
    public async Task Shows_the_end_of_the_log_when_it_cannot_publish(string line, FailureKind kind)
    {
        _tree.Dotnet = _ => Task.FromResult(new CommandResult(1, $"restored\n{line}\n", ""));

        var failure = await FailAsync();

        Assert.Equal(("engine_package", kind), (failure.Code, failure.Kind));
        Assert.Equal($"restored\n{line}", failure.Evidence);
        Assert.Empty(Directory.EnumerateDirectories(_tree.At("cache")));
    }

    [Fact]
    public async Task Says_which_limit_to_raise_when_publishing_takes_too_long()
    {
        _tree.Dotnet = _ => throw new TimeoutException("dotnet ran longer than 00:20:00 and was ended.");

        Assert.Contains("raise FINETUNE__Engines__PublishTimeLimit", (await FailAsync()).Message);
    }

    private async Task<Failure> FailAsync() => StageFailures.Of(Stage.Prepare, await Assert.ThrowsAnyAsync<Exception>(() => _tree.Packages().GetAsync(default)));
}
