using System.Text;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Runs;
using FineTunePipeline.Messaging.Stages;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Evaluation.Running;

/// <summary>Runs the trainer's <c>train</c> verb to its end. Our own trainer and LLaMA-Factory's have the same verbs and keys.</summary>
internal sealed class TrainerRuns(TrainerLocator trainers, HostRuns runs, IOptions<EvaluationOptions> options)
{
    /// <param name="config">The configuration file on the host.</param>
    /// <param name="doing">What it does, for people: "asking the base model".</param>
    /// <exception cref="StageException">It did not end with exit code 0.</exception>
    public async Task ToEndAsync(
        IComputeHost host, PreparedHost prepared, string runFolder, string config, string doing, CancellationToken cancellationToken)
    {
        var trainer = trainers.Locate(prepared);
        var command = trainer with { Arguments = [.. trainer.Arguments, "train", config], TimeLimit = options.Value.TimeLimit };
        var end = await runs.ToEndAsync(host, runFolder, command, doing, cancellationToken);
        if (!end.Succeeded)
        {
            throw EngineFailures.Explain(doing, end);
        }
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
