using FineTunePipeline.CpuTrainer.Models;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Checkpoints;

/// <summary>Adapters, in PEFT's format.</summary>
internal sealed class LoraWeights(Lora lora, string baseModelFolder) : ITrainedWeights
{
    public IReadOnlyList<(string Name, Tensor Tensor)> Parameters => lora.Parameters;

    public string FileName => CheckpointFiles.AdapterWeights;

    public void Save(string folder) => AdapterFile.Save(lora, folder, baseModelFolder);

    public void Restore(string folder) => StateFile.Restore(Path.Combine(folder, FileName), Parameters);
}
