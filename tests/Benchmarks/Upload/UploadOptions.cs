namespace FineTunePipeline.Benchmarks.Upload;

/// <summary>Options of <c>upload</c>.</summary>
internal sealed class UploadOptions
{
    private UploadOptions(BenchmarkArguments values)
    {
        JsonFile = values.Required("json", "FILE");
        WorkFolder = values["work"] ?? Path.GetTempPath();
        MemoryFolder = values["memory"] ?? "/dev/shm";
        Megabytes = values.Number("mb", 1000);
        Files = values.Number("files", 2000);
        FarFiles = values.Number("far-files", 2000);
        Repeat = values.Number("repeat", 3);
        RoundTrip = TimeSpan.FromMilliseconds(values.Number("round-trip-ms", 40));
        Only = values["only"];
    }

    /// <summary>Where the results go.</summary>
    public string JsonFile { get; }

    /// <summary>On a disk: where sources and some copies are made and deleted.</summary>
    public string WorkFolder { get; }

    /// <summary>In memory: where most copies are made and deleted.</summary>
    public string MemoryFolder { get; }

    /// <summary>Of the large file.</summary>
    public int Megabytes { get; }

    /// <summary>Small files, of 1 to 40 KB.</summary>
    public int Files { get; }

    /// <summary>How many of them go over the slow line, where scp takes four round trips for each.</summary>
    public int FarFiles { get; }

    /// <summary>Runs of each contestant, in turns; the median counts.</summary>
    public int Repeat { get; }

    /// <summary>Of the slow line.</summary>
    public TimeSpan RoundTrip { get; }

    /// <summary>Some measurements alone, by their names with commas between; null: all.</summary>
    public string? Only { get; }

    public static UploadOptions Parse(string[] arguments) =>
        new(new BenchmarkArguments(arguments, "json", "work", "memory", "mb", "files", "far-files", "repeat", "round-trip-ms", "only"));
}
