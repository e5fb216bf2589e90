namespace FineTunePipeline.UnitTests.Tokenization;

/// <summary>The recorded data of tests/TestKit/Data, read where it lies in the repository.</summary>
internal static class TokenizationFiles
{
    public static string Data { get; } = Path.Combine(FindRepository(), "tests", "TestKit", "Data");

    public static string Template(string name) => Path.Combine(Data, "templates", name);

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "FineTunePipeline.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException("The tests must run inside of the repository.");
    }
}
