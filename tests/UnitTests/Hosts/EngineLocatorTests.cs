using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.TestKit.Storage;
using Microsoft.Extensions.Options;
using Xunit;

namespace FineTunePipeline.UnitTests.Hosts;

public sealed class EngineLocatorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Takes_the_folder_that_was_set_before_all_others()
    {
        var set = _folder.Write("set/finetune-trainer/finetune-trainer", "");
        _folder.Write("app/engines/finetune-trainer/finetune-trainer", "");

        Assert.Equal(set, Locator(_folder.At("set")).Locate(Engine.Trainer).FileName);
    }

    [Fact]
    public void Takes_engines_beside_the_service_before_a_source_tree()
    {
        _folder.Write("FineTunePipeline.sln", "");
        _folder.Write("services/Engines/ModelTools/bin/Debug/net10.0/finetune-model", "");
        var beside = _folder.Write("app/engines/finetune-model/finetune-model", "");

        Assert.Equal(beside, Locator(null).Locate(Engine.Model).FileName);
    }

    [Fact]
    public void Finds_what_was_built_in_a_source_tree_in_its_own_configuration_first()
    {
        _folder.Write("FineTunePipeline.sln", "");
        _folder.Write("services/Engines/Supervisor/bin/Debug/net10.0/finetune-supervise", "");
        var release = _folder.Write("services/Engines/Supervisor/bin/Release/net10.0/finetune-supervise", "");

        Assert.Equal(release, Locator(null, "app/bin/Release/net10.0").Locate(Engine.Supervise).FileName);
    }

    [Fact]
    public void Runs_a_library_without_launcher_by_the_dotnet_command()
    {
        var library = _folder.Write("app/engines/finetune-model/finetune-model.dll", "");

        var command = Locator(null).Locate(Engine.Model);

        Assert.Equal("dotnet", command.FileName);
        Assert.Equal([library], command.Arguments);
        Assert.Equal("1", command.Environment["GGML_NO_BACKTRACE"]);
    }

    [Fact]
    public void Says_what_to_build_and_what_to_set_when_an_engine_is_missing()
    {
        var exception = Assert.Throws<EngineMissingException>(() => Locator(null).Locate(Engine.Trainer));

        Assert.Contains("dotnet build services/Engines/CpuTrainer", exception.Message);
        Assert.Contains("FINETUNE__Engines__Folder", exception.Message);
    }

    [Fact]
    public void Gives_the_trainer_the_threads_that_are_set()
    {
        _folder.Write("app/engines/finetune-trainer/finetune-trainer", "");
        var locator = new EngineLocator(Options.Create(new EngineOptions { TrainerThreads = 3 })) { BaseFolder = _folder.At("app") };

        Assert.Equal("3", locator.Locate(Engine.Trainer).Environment["OMP_NUM_THREADS"]);
    }

    [Fact]
    public void Runs_the_engines_of_a_host_where_they_were_installed_and_looks_for_none_here()
    {
        var command = Locator(null).Locate(Engine.Model, "/work/.finetune/engines/1a2b");

        Assert.Equal("/work/.finetune/engines/1a2b/finetune-model/finetune-model", command.FileName);
        Assert.Empty(command.Arguments);
        Assert.Equal("1", command.Environment["GGML_NO_BACKTRACE"]);
    }

    public void Dispose() => _folder.Dispose();

    private EngineLocator Locator(string? set, string app = "app")
    {
        Directory.CreateDirectory(_folder.At(app));
        return new EngineLocator(Options.Create(new EngineOptions { Folder = set })) { BaseFolder = _folder.At(app) + "/" };
    }
}
