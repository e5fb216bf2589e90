using FineTunePipeline.CpuTrainer.Models;
using FineTunePipeline.ModelFormats.Safetensors;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FineTunePipeline.IntegrationTests.CpuTrainer.Models;

/// <summary>The tensors that PyTorch left in one safetensors file.</summary>
internal sealed class GoldenFile : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);

    public GoldenFile(string path)
    {
        using var file = SafetensorsFile.Open(path);
        foreach (var name in file.Tensors.Keys)
            _tensors[name] = TensorBytes.Read(file, name);
    }

    public Tensor this[string name] => _tensors[name];

    /// <summary>Names that start so, without the start.</summary>
    public IEnumerable<string> Under(string start) =>
        _tensors.Keys.Where(name => name.StartsWith(start, StringComparison.Ordinal)).Select(name => name[start.Length..]);

    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
            tensor.Dispose();
    }
}

internal static class Difference
{
    /// <summary>The largest absolute difference of two tensors of one shape.</summary>
    public static double Max(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(b.shape, a.shape);
        return (a.detach().to(ScalarType.Float64) - b.detach().to(ScalarType.Float64)).abs().max().item<double>();
    }
}
