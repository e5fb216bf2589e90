using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Artifacts.Validate.LlamaFactory;

/// <summary>The names of chat templates that LLaMA-Factory knows. Source: templates.py, run by LLaMA-Factory itself.</summary>
internal static class LlamaFactoryTemplates
{
    /// <summary>With <c>auto</c>, for which the job's file names none.</summary>
    public static IReadOnlySet<string> All { get; } = Read();

    private static HashSet<string> Read()
    {
        using var stream = typeof(LlamaFactoryTemplates).Assembly.GetManifestResourceStream("llamafactory-templates.tsv")!;
        using var reader = new StreamReader(stream);
        var all = new HashSet<string>(StringComparer.Ordinal) { JobSpec.AutoTemplate };
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && !line.StartsWith('#'))
            {
                all.Add(line);
            }
        }

        return all;
    }
}
