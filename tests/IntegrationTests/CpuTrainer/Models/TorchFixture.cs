using FineTunePipeline.CpuTrainer.Torch;
using FineTunePipeline.TestKit;
using TorchSharp;
using Xunit;

namespace FineTunePipeline.IntegrationTests.CpuTrainer.Models;

/// <summary>Loads libtorch into the test process from the trainer's own output: its 500 MB are not copied into the tests' folder.</summary>
public sealed class TorchFixture
{
    public TorchFixture()
    {
        TorchRuntime.Initialize(NativeFolder());
        torch.set_num_threads(1);
    }

    private static string NativeFolder()
    {
        var output = Path.GetDirectoryName(EnginePath.Of("finetune-trainer"))!;
        string[] folders = [Path.Combine(output, "runtimes", "linux-x64", "native"), output];
        return folders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, "libtorch_cpu.so")))
            ?? throw new DirectoryNotFoundException($"libtorch is not in {output}: build services/Engines/CpuTrainer first.");
    }
}

/// <summary>libtorch's random state is one per process, so these tests run one after the other.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TorchCollection : ICollectionFixture<TorchFixture>
{
    public const string Name = "torch";
}
