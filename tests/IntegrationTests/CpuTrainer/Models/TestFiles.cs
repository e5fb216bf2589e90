using FineTunePipeline.TestKit;

namespace FineTunePipeline.IntegrationTests.CpuTrainer.Models;

internal static class TestFiles
{
    private static readonly string Data = Path.Combine(EnginePath.RepositoryRoot(), "tests", "TestKit", "Data");

    /// <summary>Files made by tests/TestKit/Data/gradients/make_goldens.py.</summary>
    public static string Golden(string name) => Path.Combine(Data, "gradients", name);

    /// <summary>A model folder of the test data.</summary>
    public static string Model(string name) => Path.Combine(Data, "models", name);
}
