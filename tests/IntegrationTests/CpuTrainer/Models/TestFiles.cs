namespace FineTunePipeline.IntegrationTests.CpuTrainer.Models;

internal static class TestFiles
{
    /// <summary>The folder that holds the solution.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>Files made by tests/TestKit/Data/gradients/make_goldens.py.</summary>
    public static string Golden(string name) => Path.Combine(Repository, "tests", "TestKit", "Data", "gradients", name);

    /// <summary>A model folder of the test data.</summary>
    public static string Model(string name) => Path.Combine(Repository, "tests", "TestKit", "Data", "models", name);

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "FineTunePipeline.sln")))
                return folder.FullName;
        }
        throw new DirectoryNotFoundException($"FineTunePipeline.sln is in no folder above {AppContext.BaseDirectory}.");
    }
}
