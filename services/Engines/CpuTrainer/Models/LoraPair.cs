using TorchSharp;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Models;

/// <summary>The trainable matrices beside one linear layer: A [rank, inputs] and B [outputs, rank], in float32.</summary>
internal sealed record LoraPair(Tensor A, Tensor B, double Scale, double Dropout)
{
    public Tensor AddTo(Tensor y, Tensor x, bool training)
    {
        var input = x.dtype == A.dtype ? x : x.to(A.dtype);
        if (training && Dropout > 0)
            input = nn.functional.dropout(input, Dropout, training: true);
        var change = nn.functional.linear(nn.functional.linear(input, A), B).mul_(Scale);
        return (y + change).to(y.dtype);
    }
}
