namespace FineTunePipeline.CpuTrainer.Generation;

/// <summary>Draws tokens for one prompt.</summary>
internal sealed class TokenPicker(GenerationSettings settings, int prompt)
{
    private readonly Random _random = new(unchecked((settings.Seed * 1_000_003) + prompt));

    /// <summary>One token, by temperature and top-p.</summary>
    public int Pick(ReadOnlySpan<float> scores)
    {
        var probabilities = Probabilities(scores, settings.Temperature);
        if (settings.TopP >= 1)
            return Draw(probabilities, Enumerable.Range(0, probabilities.Length), _random.NextDouble());

        var likeliest = new List<int>();
        var mass = 0.0;
        foreach (var id in Enumerable.Range(0, probabilities.Length).OrderByDescending(id => probabilities[id]))
        {
            likeliest.Add(id);
            mass += probabilities[id];
            if (mass >= settings.TopP)
                break;
        }
        return Draw(probabilities, likeliest, _random.NextDouble() * mass);
    }

    private static double[] Probabilities(ReadOnlySpan<float> scores, double temperature)
    {
        double highest = System.Numerics.Tensors.TensorPrimitives.Max(scores), sum = 0;
        var probabilities = new double[scores.Length];
        for (var i = 0; i < scores.Length; i++)
            sum += probabilities[i] = Math.Exp((scores[i] - highest) / temperature);
        for (var i = 0; i < probabilities.Length; i++)
            probabilities[i] /= sum;
        return probabilities;
    }

    private static int Draw(double[] probabilities, IEnumerable<int> ids, double point)
    {
        var last = 0;
        foreach (var id in ids)
        {
            last = id;
            point -= probabilities[id];
            if (point < 0)
                return id;
        }
        return last; // rounding left a rest
    }
}
