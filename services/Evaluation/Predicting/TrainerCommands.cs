using System.Text;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;

namespace FineTunePipeline.Evaluation.Predicting;

/// <summary>The trainer's command line. Our own trainer and LLaMA-Factory's have the same verbs and keys.</summary>
internal sealed class TrainerCommands(EngineLocator engines)
{
    public HostCommand Train(string config, TimeSpan timeLimit)
    {
        var trainer = engines.Locate(Engine.Trainer);
        return trainer with { Arguments = [.. trainer.Arguments, "train", config], TimeLimit = timeLimit };
    }

    /// <summary>Puts a configuration on the host; returns its path.</summary>
    public static async Task<string> UploadAsync(IComputeHost host, string folder, string name, TrainerYaml yaml, CancellationToken cancellationToken)
    {
        var path = $"{folder}/{name}";
        using var text = new MemoryStream(Encoding.UTF8.GetBytes(yaml.ToString()));
        await host.UploadAsync(text, path, cancellationToken);
        return path;
    }
}
