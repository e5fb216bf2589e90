using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Checkpoints;

/// <summary>What a training changes: adapters, or all weights. Who made the tensors owns them.</summary>
internal interface ITrainedWeights
{
    /// <summary>The trained tensors under the names that they have in the file.</summary>
    IReadOnlyList<(string Name, Tensor Tensor)> Parameters { get; }

    /// <summary>File that holds them.</summary>
    string FileName { get; }

    /// <summary>Writes them, with the configuration that a reader needs, into a folder.</summary>
    void Save(string folder);

    /// <summary>Takes their values from a folder that <see cref="Save"/> wrote.</summary>
    void Restore(string folder);
}
