namespace FineTunePipeline.Hosts.Engines;

/// <summary>Finds the source tree that a program was built in.</summary>
internal static class SourceTree
{
    private const string SolutionFile = "FineTunePipeline.sln";

    /// <summary>The nearest folder, this one or one above it, that holds the solution; null in an installation without sources.</summary>
    public static string? Above(string folder)
    {
        for (var above = new DirectoryInfo(folder); above is not null; above = above.Parent)
        {
            if (File.Exists(Path.Combine(above.FullName, SolutionFile)))
            {
                return above.FullName;
            }
        }

        return null;
    }
}
