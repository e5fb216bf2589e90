using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Contracts.Prepare;

/// <summary>
/// What a rented host holds of a job, for the programs of people who look at it there by SSH. A file of this form lies in the job's folder on the host from the
/// moment that the host was prepared, and goes with it.
/// </summary>
public sealed record JobOnHost
{
    /// <summary>Its name in the job's folder.</summary>
    public const string FileName = "job.json";

    /// <summary>In <see cref="Question"/>, in place of the folder of whoever asks.</summary>
    public const string FolderMark = "@FOLDER@";

    /// <summary>Name of the data set in <see cref="Question"/>.</summary>
    public const string DatasetName = "question";

    /// <summary>As the job calls it.</summary>
    public required string TrainerName { get; init; }

    /// <summary>How it is started.</summary>
    public required TrainerProgram Trainer { get; init; }

    /// <summary>Absolute folder of the base model on the host.</summary>
    public required string ModelFolder { get; init; }

    /// <summary>Of the base model's files.</summary>
    public required long ModelBytes { get; init; }

    public required FineTuningMethod Method { get; init; }

    /// <summary>
    /// The trainer's YAML by which the base model answers a question: the data set <see cref="DatasetName"/> in <see cref="FolderMark"/>, and the answer in a folder
    /// <c>out</c> of that. It computes on the processor, so that it takes nothing from the training's card.
    /// </summary>
    public required string Question { get; init; }
}
