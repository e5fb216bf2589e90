using FineTunePipeline.CpuTrainer.Arguments;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Training;

/// <summary>
/// AdamW with decoupled weight decay, computed as PyTorch does it. Our own, because its whole state must be saved and read back bit by bit.
/// Norms and biases are not decayed.
/// </summary>
internal sealed class AdamW : IDisposable
{
    private readonly IReadOnlyList<(string Name, Tensor Tensor)> _parameters;
    private readonly OptimizerOptions _options;

    public AdamW(IReadOnlyList<(string Name, Tensor Tensor)> parameters, OptimizerOptions options)
    {
        (_parameters, _options) = (parameters, options);
        First = [.. parameters.Select(parameter => zeros_like(parameter.Tensor).DetachFromDisposeScope())];
        Second = [.. parameters.Select(parameter => zeros_like(parameter.Tensor).DetachFromDisposeScope())];
    }

    /// <summary>Running means of the gradients, in the order of the parameters.</summary>
    public IReadOnlyList<Tensor> First { get; }

    /// <summary>Running means of their squares.</summary>
    public IReadOnlyList<Tensor> Second { get; }

    /// <summary>Clips the gradients to <c>max_grad_norm</c>; returns their norm before that.</summary>
    public double Clip()
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var squares = Gradients().Select(gradient => gradient.pow(2).sum()).ToArray();
        var norm = (double)stack(squares).sum().sqrt().item<float>();
        var factor = _options.MaxGradNorm / (norm + 1e-6);
        if (_options.MaxGradNorm > 0 && factor < 1)
        {
            foreach (var gradient in Gradients())
            {
                gradient.mul_(factor);
            }
        }

        return norm;
    }

    /// <summary>One update; the gradients are zero afterwards.</summary>
    /// <param name="step">Number of this update, from 1.</param>
    /// <param name="learningRate">Of this update.</param>
    public void Step(int step, double learningRate)
    {
        using var frozen = no_grad();
        var firstCorrection = 1 - Math.Pow(_options.Beta1, step);
        var secondCorrection = Math.Sqrt(1 - Math.Pow(_options.Beta2, step));
        for (var index = 0; index < _parameters.Count; index++)
        {
            using var scope = NewDisposeScope();
            var (name, parameter) = _parameters[index];
            if (parameter.grad is not { } gradient)
            {
                continue;
            }

            if (_options.WeightDecay > 0 && Decays(name))
            {
                parameter.mul_(1 - (learningRate * _options.WeightDecay));
            }

            First[index].mul_(_options.Beta1).add_(gradient, 1 - _options.Beta1);
            Second[index].mul_(_options.Beta2).addcmul_(gradient, gradient, 1 - _options.Beta2);
            var spread = Second[index].sqrt().div_(secondCorrection).add_(_options.Epsilon);
            parameter.addcdiv_(First[index], spread, -learningRate / firstCorrection);
            gradient.zero_();
        }
    }

    /// <summary>Throws away what was gathered for a step that will not be done.</summary>
    public void DropGradients()
    {
        foreach (var gradient in Gradients())
        {
            gradient.zero_();
        }
    }

    public void Dispose()
    {
        foreach (var tensor in First.Concat(Second))
        {
            tensor.Dispose();
        }
    }

    private static bool Decays(string name) =>
        !name.EndsWith(".bias", StringComparison.Ordinal) && !name.Contains("norm", StringComparison.OrdinalIgnoreCase);

    private IEnumerable<Tensor> Gradients() => _parameters.Select(parameter => parameter.Tensor.grad).OfType<Tensor>();
}
