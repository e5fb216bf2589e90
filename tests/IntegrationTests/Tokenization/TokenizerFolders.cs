namespace FineTunePipeline.IntegrationTests.Tokenization;

/// <summary>The tokenizers of tests/TestKit/Data/tokenizers, read where they lie in the repository.</summary>
internal static class TokenizerFolders
{
    public static string Root { get; } = System.IO.Path.Combine(FindRepository(), "tests", "TestKit", "Data", "tokenizers");

    public static string Path(string name) => System.IO.Path.Combine(Root, name);

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "FineTunePipeline.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException("The tests must run inside of the repository.");
    }
}
