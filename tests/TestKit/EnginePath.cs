namespace FineTunePipeline.TestKit;

/// <summary>Where the programs and files of this source tree lie that tests use.</summary>
public static class EnginePath
{
    private const string SolutionFile = "FineTunePipeline.sln";

    /// <summary>The folder that holds the solution.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary><c>finetune-trainer</c>, built with the same configuration as the tests.</summary>
    public static string Trainer => Built("CpuTrainer", "finetune-trainer");

    /// <summary><c>finetune-model</c>.</summary>
    public static string Model => Built("ModelTools", "finetune-model");

    /// <summary>A file or folder of <c>tests/TestKit/Data</c>.</summary>
    public static string TestData(params string[] parts) => Path.Combine([Repository, "tests", "TestKit", "Data", .. parts]);

    private static string Built(string project, string program)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var path = Path.Combine(Repository, "services", "Engines", project, "bin", output.Parent!.Name, output.Name, OperatingSystem.IsWindows() ? program + ".exe" : program);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is not there: build services/Engines/{project} first.", path);
    }

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, SolutionFile)))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"{SolutionFile} is in no folder above {AppContext.BaseDirectory}.");
    }
}
