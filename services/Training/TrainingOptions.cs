using System.ComponentModel.DataAnnotations;

namespace FineTunePipeline.Training;

/// <summary>Settings of the training service. Section <c>Training</c>.</summary>
public sealed class TrainingOptions
{
    public const string Section = "Training";

    /// <summary>Pause between two looks at a run. Default: 1 second.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00", ErrorMessage = "Training:LookEvery must be between 0.1 seconds and ten minutes.")]
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Shortest time between two progress events of a job. Default: 1 second.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00", ErrorMessage = "Training:ProgressEvery must be at most ten minutes.")]
    public TimeSpan ProgressEvery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>A trainer that shows no new optimizer step for this long is stopped; loading the model counts. Default: 30 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "7.00:00:00", ErrorMessage = "Training:NoProgressLimit must be between five seconds and seven days.")]
    public TimeSpan NoProgressLimit { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Lines of the log in a row with a loss of exactly 0 (or not a number) after which training is stopped. Default: 3.</summary>
    [Range(1, 1000, ErrorMessage = "Training:DeadLossLines must be from 1 to 1000.")]
    public int DeadLossLines { get; set; } = 3;

    /// <summary>Time that a trainer has between the request to end and the kill; it saves a checkpoint meanwhile. Default: 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00", ErrorMessage = "Training:StopGrace must be at most an hour.")]
    public TimeSpan StopGrace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Time that the trainer of a job that is paused has to end its step and to save a checkpoint, before the kill; money runs meanwhile. Default: 2 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00", ErrorMessage = "Training:PauseGrace must be at most an hour.")]
    public TimeSpan PauseGrace { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Without contact to the host for this long the attempt fails; the work on the host goes on until then. Default: 30 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "1.00:00:00", ErrorMessage = "Training:NoContactLimit must be between five seconds and a day.")]
    public TimeSpan NoContactLimit { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Jobs that one instance watches at once; a watched training costs a look every second and no thread, and its host is paid for while it waits for one. Default: 256.</summary>
    [Range(1, 10_000, ErrorMessage = "Training:Concurrency must be from 1 to 10000.")]
    public int Concurrency { get; set; } = 256;

    /// <summary>Of these, jobs that train on this computer itself at once; others wait. Default: 4.</summary>
    [Range(1, 64, ErrorMessage = "Training:LocalConcurrency must be from 1 to 64.")]
    public int LocalConcurrency { get; set; } = 4;
}
