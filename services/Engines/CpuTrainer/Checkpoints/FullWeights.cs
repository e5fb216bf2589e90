using System.Text.Json;
using System.Text.Json.Nodes;
using FineTunePipeline.CpuTrainer.Models;
using FineTunePipeline.ModelFormats.Safetensors;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Checkpoints;

/// <summary>All weights of a model, in Hugging Face's format and in float32, which is what they are trained in.</summary>
internal sealed class FullWeights : ITrainedWeights
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly string _modelFolder;

    public FullWeights(CausalLm model, string modelFolder) => (Parameters, _modelFolder) = (model.TrainAllParameters(), modelFolder);

    public IReadOnlyList<(string Name, Tensor Tensor)> Parameters { get; }

    public string FileName => CheckpointFiles.FullWeights;

    public void Save(string folder)
    {
        SafetensorsWriter.Write(
            Path.Combine(folder, FileName), [.. Parameters.Select(parameter => TensorBytes.ToWrite(parameter.Name, parameter.Tensor, ScalarType.Float32))]);
        WriteConfig(folder);
        ModelSideFiles.Copy(_modelFolder, folder, ["generation_config.json"]);
    }

    public void Restore(string folder) => StateFile.Restore(Path.Combine(folder, FileName), Parameters);

    private void WriteConfig(string folder)
    {
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(_modelFolder, "config.json")))!.AsObject();
        config.Remove("torch_dtype");
        config["dtype"] = "float32";
        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJsonString(Indented) + "\n");
    }
}
