using FineTunePipeline.Hints;

namespace FineTunePipeline.ModelFormats.Datasets;

/// <summary>Guesses which of the names that are there was meant.</summary>
internal static class NearestColumn
{
    /// <summary>" (did you mean 'x'?)", or nothing when no name is close.</summary>
    public static string Hint(string wanted, IEnumerable<string> present) =>
        NearestName.Find(wanted, present) is { } nearest ? $" (did you mean '{nearest}'?)" : "";
}
