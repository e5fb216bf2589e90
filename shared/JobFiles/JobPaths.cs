using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.JobFiles;

/// <summary>The files that a job names.</summary>
public static class JobPaths
{
    /// <summary>Every path of the job replaced by what <paramref name="replace"/> makes of it; artifacts, and a model on the host, stay. Data files stay separated by commas.</summary>
    public static JobSpec Map(JobSpec spec, Func<string, string> replace)
    {
        string Path(string path) => path.StartsWith(ArtifactReference.UriPrefix, StringComparison.Ordinal) ? path : replace(path);
        string? Optional(string? path) => path is null ? null : Path(path);

        return spec with
        {
            Model = HostModel.IsNamedBy(spec.Model) ? spec.Model : Path(spec.Model),
            Dataset = string.Join(',', spec.Dataset.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Path)),
            Evaluation = spec.Evaluation with
            {
                Taught = Optional(spec.Evaluation.Taught),
                General = Optional(spec.Evaluation.General),
                TaughtFresh = Optional(spec.Evaluation.TaughtFresh),
                GeneralFresh = Optional(spec.Evaluation.GeneralFresh),
            },
        };
    }

    /// <summary>Relative paths become absolute, seen from the folder of the job file.</summary>
    public static JobSpec Resolve(JobSpec spec, string folder)
    {
        var resolved = Map(spec, path => Path.GetFullPath(path, Path.GetFullPath(folder)));
        return resolved.Deploy.Folder is { } target
            ? resolved with { Deploy = resolved.Deploy with { Folder = Path.GetFullPath(target, Path.GetFullPath(folder)) } }
            : resolved;
    }
}
