namespace FineTunePipeline.TestKit;

/// <summary>Where the programs of this source tree were built.</summary>
public static class EnginePath
{
    private const string Service = "FineTunePipeline.";

    /// <summary>Full path of a built program.</summary>
    /// <param name="program"><c>finetune-model</c>, <c>finetune-trainer</c>, <c>finetune-supervise</c>, <c>finetune</c>, or a service's (<c>FineTunePipeline.Training</c>).</param>
    public static string Of(string program)
    {
        var project = program switch
        {
            "finetune-model" => "Engines/ModelTools",
            "finetune-trainer" => "Engines/CpuTrainer",
            "finetune-supervise" => "Engines/Supervisor",
            "finetune" => "Cli",
            _ when program.StartsWith(Service, StringComparison.Ordinal) => program[Service.Length..],
            _ => throw new ArgumentException($"There is no program '{program}'.", nameof(program)),
        };
        var file = OperatingSystem.IsWindows() ? program + ".exe" : program;
        var path = Path.Combine(RepositoryRoot(), "services", project, "bin", "Debug", "net10.0", file);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is not built: dotnet build services/{project}");
    }

    /// <summary>A file or folder of <c>tests/TestKit/Data</c>.</summary>
    public static string TestData(params string[] parts) => Path.Combine([RepositoryRoot(), "tests", "TestKit", "Data", .. parts]);

    /// <summary>The folder of the solution file.</summary>
    public static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "FineTunePipeline.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("FineTunePipeline.sln is in no folder above the tests.");
    }
}
