using System.Numerics.Tensors;

namespace FineTunePipeline.ModelFormats.Merging;

/// <summary>A [rank, inputs] and B [outputs, rank], row-major, and the factor before their product.</summary>
internal sealed record LowRankPair(float[] A, float[] B, int Rank, int Inputs, float Scale)
{
    /// <summary>Adds scale · B[row] · A to one row of the weight, summed in float32.</summary>
    /// <param name="row">Index of the output.</param>
    /// <param name="weights">The row of the base weight; changed in place.</param>
    /// <param name="change">Work space as long as the row.</param>
    public void AddTo(int row, Span<float> weights, Span<float> change)
    {
        change.Clear();
        for (var k = 0; k < Rank; k++)
        {
            TensorPrimitives.MultiplyAdd(A.AsSpan(k * Inputs, Inputs), B[(row * Rank) + k], change, change);
        }

        TensorPrimitives.MultiplyAdd(change, Scale, weights, weights);
    }
}
