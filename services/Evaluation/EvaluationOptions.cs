using System.ComponentModel.DataAnnotations;

namespace FineTunePipeline.Evaluation;

/// <summary>Settings of the evaluation. Section <c>Evaluation</c>.</summary>
public sealed class EvaluationOptions
{
    public const string Section = "Evaluation";

    /// <summary>Questions that are answered at once. Default: 16.</summary>
    [Range(1, 1024)]
    public int BatchSize { get; set; } = 16;

    /// <summary>Measure the perplexity of both models too; costs two more runs of the trainer. Default: true.</summary>
    public bool Perplexity { get; set; } = true;

    /// <summary>Longest time one run of the trainer may take. Default: 6 hours.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "7.00:00:00", ErrorMessage = "Evaluation:TimeLimit must be between ten seconds and seven days.")]
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromHours(6);

    /// <summary>Jobs that one instance evaluates at once, each on its host, which is paid for while it waits. Default: 64.</summary>
    [Range(1, 1024)]
    public int Concurrency { get; set; } = 64;

    /// <summary>Of these, jobs on this computer itself at once; others wait. Default: 1.</summary>
    [Range(1, 64)]
    public int LocalConcurrency { get; set; } = 1;
}
