using TorchSharp;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Pretraining;

/// <summary>AdamW with gradient clipping over all parameters.</summary>
internal sealed class PretrainOptimizer : IDisposable
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.95;
    private const double Epsilon = 1e-8;
    private const double WeightDecay = 0.05;
    private const double MaxNorm = 1;

    private readonly IReadOnlyList<Tensor> _parameters;
    private readonly List<Tensor> _first;
    private readonly List<Tensor> _second;
    private int _steps;

    public PretrainOptimizer(IReadOnlyList<Tensor> parameters)
    {
        _parameters = parameters;
        _first = [.. parameters.Select(parameter => zeros_like(parameter).DetachFromDisposeScope())];
        _second = [.. parameters.Select(parameter => zeros_like(parameter).DetachFromDisposeScope())];
    }

    /// <summary>One update from the gradients of <c>backward</c>, which are cleared.</summary>
    public void Step(double rate)
    {
        using var untracked = no_grad();
        using var scope = NewDisposeScope();
        _steps++;
        var gradients = _parameters.Select(parameter => parameter.grad ?? throw new InvalidOperationException("A weight has no gradient.")).ToList();
        var norm = stack([.. gradients.Select(gradient => gradient.square().sum())]).sum().sqrt().item<float>();
        var scale = norm > MaxNorm ? MaxNorm / (norm + 1e-6) : 1;
        var (correction1, correction2) = (1 - Math.Pow(Beta1, _steps), Math.Sqrt(1 - Math.Pow(Beta2, _steps)));
        for (var i = 0; i < _parameters.Count; i++)
        {
            var gradient = gradients[i].mul_(scale);
            _first[i].mul_(Beta1).add_(gradient, 1 - Beta1);
            _second[i].mul_(Beta2).addcmul_(gradient, gradient, 1 - Beta2);
            var divisor = _second[i].sqrt().div_(correction2).add_(Epsilon);
            _parameters[i].mul_(1 - (rate * WeightDecay)).addcdiv_(_first[i], divisor, -rate / correction1);
            gradient.zero_();
        }
    }

    public void Dispose()
    {
        foreach (var moment in _first.Concat(_second))
        {
            moment.Dispose();
        }
    }
}
