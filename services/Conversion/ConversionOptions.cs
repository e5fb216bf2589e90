using System.ComponentModel.DataAnnotations;

namespace FineTunePipeline.Conversion;

/// <summary>Settings of the conversion. Section <c>Conversion</c>.</summary>
public sealed class ConversionOptions
{
    public const string Section = "Conversion";

    /// <summary>Longest time of one step: a merge, one file written, quantised or asked. Default: 6 hours.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "7.00:00:00", ErrorMessage = "Conversion:TimeLimit must be between ten seconds and seven days.")]
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromHours(6);

    /// <summary>Ask every file the job's taught and general questions. Default: true.</summary>
    public bool AskQuestions { get; set; } = true;

    /// <summary>Jobs that one instance converts at once, each on its host, which is paid for while it waits. Default: 64.</summary>
    [Range(1, 1024)]
    public int Concurrency { get; set; } = 64;

    /// <summary>Of these, jobs on this computer itself at once; others wait. Default: 1.</summary>
    [Range(1, 64)]
    public int LocalConcurrency { get; set; } = 1;
}
