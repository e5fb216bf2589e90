using System.ComponentModel.DataAnnotations;

namespace FineTunePipeline.Training;

/// <summary>Settings of the training service. Section <c>Training</c>.</summary>
public sealed class TrainingOptions
{
    public const string Section = "Training";

    /// <summary>Trainings that one instance watches at once. Default 4 (a watched training costs a look every second, no thread). Range 1 to 10,000.</summary>
    [Range(1, 10_000, ErrorMessage = "Set Training:Concurrency (FINETUNE__Training__Concurrency) to between 1 and 10000.")]
    public int Concurrency { get; set; } = 4;

    /// <summary>Time between two looks at a running training. Default 1 s. Range 100 ms to 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00", ErrorMessage = "Set Training:LookEvery (FINETUNE__Training__LookEvery) to between 00:00:00.1 and 00:05:00.")]
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>A training without a new optimizer step for this long is stopped. Default 30 min. Range 10 s to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "1.00:00:00", ErrorMessage = "Set Training:StalledAfter (FINETUNE__Training__StalledAfter) to between 00:00:10 and 1.00:00:00.")]
    public TimeSpan StalledAfter { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Longest time without contact to the host before the attempt is given up. Default 30 min. Range 1 min to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00", ErrorMessage = "Set Training:SilentAfter (FINETUNE__Training__SilentAfter) to between 00:01:00 and 1.00:00:00.")]
    public TimeSpan SilentAfter { get; set; } = TimeSpan.FromMinutes(30);
}
