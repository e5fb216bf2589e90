using System.Text.Json;
using FineTunePipeline.CpuTrainer.Results;

namespace FineTunePipeline.CpuTrainer.Checkpoints;

/// <summary>What a training has counted so far, so that its logs and results are the same whether or not it was interrupted.</summary>
internal sealed record TrainingProgress
{
    private const string Format = "finetune-trainer/1";

    /// <summary>Optimizer steps done.</summary>
    public int Step { get; init; }

    /// <summary>Sum of the losses of all steps.</summary>
    public double LossSum { get; init; }

    /// <summary>Sum of the losses since the last line of the log.</summary>
    public double LossSinceLog { get; init; }

    public int LastLoggedStep { get; init; }

    /// <summary>Floating point operations, by transformers' rule of thumb: 6 x tokens x weights outside the embedding.</summary>
    public double TotalFlos { get; init; }

    /// <summary>Time spent in training by all runs.</summary>
    public double Seconds { get; init; }

    /// <summary>Digest of the samples, to notice that they changed between two runs.</summary>
    public string DataDigest { get; init; } = "";

    public string ToJson() => PythonJson.Indented(
    [
        new("format", Format),
        new("step", Step),
        new("loss_sum", LossSum),
        new("loss_since_log", LossSinceLog),
        new("last_logged_step", LastLoggedStep),
        new("total_flos", TotalFlos),
        new("seconds", Seconds),
        new("data_digest", DataDigest),
    ],
    2) + "\n";

    /// <exception cref="TrainerException">The file is not ours.</exception>
    public static TrainingProgress Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            if (root.GetProperty("format").GetString() == Format)
            {
                return new TrainingProgress
                {
                    Step = root.GetProperty("step").GetInt32(),
                    LossSum = root.GetProperty("loss_sum").GetDouble(),
                    LossSinceLog = root.GetProperty("loss_since_log").GetDouble(),
                    LastLoggedStep = root.GetProperty("last_logged_step").GetInt32(),
                    TotalFlos = root.GetProperty("total_flos").GetDouble(),
                    Seconds = root.GetProperty("seconds").GetDouble(),
                    DataDigest = root.GetProperty("data_digest").GetString() ?? "",
                };
            }
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // Falls through to the one explanation below: the file is damaged or another program's.
        }

        throw TrainerException.Value(
            $"{path} was not written by this trainer, or is damaged: training cannot go on from this checkpoint.",
            "Start from its adapter with adapter_name_or_path, or start anew with overwrite_output_dir: true.");
    }
}
