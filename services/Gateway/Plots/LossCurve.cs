using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Train;

namespace FineTunePipeline.Gateway.Plots;

/// <summary>A job's loss over its optimizer steps, in the order of steps: where a later attempt did steps again, its readings stand.</summary>
internal sealed class LossCurve
{
    private LossCurve(IReadOnlyList<LossPoint> points, IReadOnlyList<(int Attempt, int Step)> resumes) => (Points, Resumes) = (points, resumes);

    public IReadOnlyList<LossPoint> Points { get; }

    /// <summary>Attempts after the first, with the last step that was done before each.</summary>
    public IReadOnlyList<(int Attempt, int Step)> Resumes { get; }

    /// <param name="progress">The data of a job's progress events, in the order in which they came.</param>
    public static LossCurve Of(IEnumerable<string> progress)
    {
        var points = new List<LossPoint>();
        var resumes = new List<(int Attempt, int Step)>();
        foreach (var reading in progress.Select(Read).Where(reading => reading.Loss is not null || reading.EvalLoss is not null))
        {
            // A later attempt goes on from a checkpoint: what lies behind it was lost with the attempt before.
            points.RemoveAll(point => point.Step >= reading.Step && point.Attempt < reading.Attempt);
            var last = points.LastOrDefault();
            if (last is not null && reading.Attempt > last.Attempt)
            {
                resumes.Add((reading.Attempt, last.Step));
            }

            if (last is not null && reading.Step == last.Step)
            {
                points.RemoveAt(points.Count - 1);
            }

            if (last is null || reading.Step >= last.Step)
            {
                points.Add(reading);
            }
        }

        return new LossCurve(points, resumes);
    }

    /// <summary>
    /// An average that follows, and leans on the past the more the more readings there are: the one of LLaMA-Factory's own pictures, so that both look alike.
    /// Source: its extras/ploting.py, read 2026-11.
    /// </summary>
    public static IReadOnlyList<double> Smooth(IReadOnlyList<double> values)
    {
        var weight = 1.8 * ((1 / (1 + Math.Exp(-0.05 * values.Count))) - 0.5);
        var smoothed = new double[values.Count];
        for (var i = 0; i < values.Count; i++)
        {
            smoothed[i] = (weight * (i == 0 ? values[0] : smoothed[i - 1])) + ((1 - weight) * values[i]);
        }

        return smoothed;
    }

    private static LossPoint Read(string data)
    {
        var reading = JsonSerializer.Deserialize<TrainingProgressed>(data, ContractJson.Options)!;
        return new LossPoint(reading.Attempt, reading.Step, reading.Loss, reading.EvalLoss);
    }
}
