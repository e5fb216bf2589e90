namespace FineTunePipeline.UnitTests.DemoModel;

/// <summary>Finds committed files that tests compare with what the source makes.</summary>
internal static class RepositoryFolder
{
    public static string File(params string[] parts) => Path.Combine([Root(), .. parts]);

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "FineTunePipeline.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No FineTunePipeline.sln above {AppContext.BaseDirectory}.");
    }
}
