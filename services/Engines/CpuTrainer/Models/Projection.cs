using TorchSharp;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Models;

/// <summary>One linear layer, with the low-rank pair that LoRA may have put beside it.</summary>
internal sealed class Projection(string name, Tensor weight, Tensor? bias)
{
    /// <summary>Hugging Face's name without ".weight".</summary>
    public string Name => name;

    public Tensor Weight => weight;

    public LoraPair? Lora { get; set; }

    /// <param name="training">drop inputs of the low-rank pair</param>
    /// <param name="narrow">multiply in bfloat16, whatever the types of input and weight</param>
    public Tensor Apply(Tensor x, bool training, bool narrow)
    {
        var y = narrow && x.dtype != ScalarType.BFloat16
            ? nn.functional.linear(x.to(ScalarType.BFloat16), weight.to(ScalarType.BFloat16), bias?.to(ScalarType.BFloat16)).to(x.dtype)
            : nn.functional.linear(x, weight, bias);
        return Lora is null ? y : Lora.AddTo(y, x, training);
    }
}
