using FineTunePipeline.CpuTrainer.Models;
using FineTunePipeline.CpuTrainer.Results;
using FineTunePipeline.ModelFormats;
using FineTunePipeline.ModelFormats.Safetensors;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Checkpoints;

/// <summary>Tensors of a checkpoint, bit by bit, in the safetensors format.</summary>
internal static class StateFile
{
    public static void Write(string path, IReadOnlyList<(string Name, Tensor Tensor)> tensors) =>
        SafetensorsWriter.Write(path, [.. tensors.Select(pair => TensorBytes.ToWrite(pair.Name, pair.Tensor, pair.Tensor.dtype))]);

    /// <summary>Copies a file's values into tensors of the same names, types and shapes.</summary>
    /// <exception cref="TrainerException">The file is another program's, damaged, or of another training.</exception>
    public static void Restore(string path, IReadOnlyList<(string Name, Tensor Tensor)> tensors)
    {
        try
        {
            using var frozen = no_grad();
            using var file = SafetensorsFile.Open(path);
            foreach (var (name, tensor) in tensors)
            {
                if (!file.Tensors.ContainsKey(name))
                {
                    throw Unusable(path, $"it lacks {name}");
                }

                using var saved = TensorBytes.Read(file, name);
                if (saved.dtype != tensor.dtype || !saved.shape.SequenceEqual(tensor.shape))
                {
                    throw Unusable(path, $"{name} has another type or shape");
                }

                tensor.copy_(saved);
            }
        }
        catch (InvalidModelFileException exception)
        {
            throw Unusable(path, exception.Message);
        }
    }

    private static TrainerException Unusable(string path, string why) => TrainerException.Value(
        $"{path} does not hold the state of this training ({why}); training cannot go on from this checkpoint.",
        "Start from its adapter with adapter_name_or_path, or start anew with overwrite_output_dir: true.");
}
