using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Provisioning.Prepare.Checks;

namespace FineTunePipeline.Provisioning.Prepare;

/// <summary>Leaves word on a rented host of what it holds of the job, for the programs of people who look at it there.</summary>
internal static class JobOnHostFile
{
    /// <summary>Of cards alone, or of how training is done there; a question is asked on the processor.</summary>
    private static readonly HashSet<string> CardKeys =
    [
        "bf16", "fp16", "flash_attn", "quantization_bit", "quantization_method", "quantization_type", "double_quantization", "quantization_device_map", "device_map",
        "infer_dtype", "use_unsloth", "enable_liger_kernel",
    ];

    /// <param name="trainer">The program without its verb.</param>
    public static async Task PutAsync(IComputeHost host, PrepareHost command, JobUnderTest job, HostCommand trainer, CancellationToken cancellationToken)
    {
        var environment = trainer.Environment.Where(pair => pair.Value is not null).ToDictionary(pair => pair.Key, pair => pair.Value!);
        var told = new JobOnHost
        {
            TrainerName = command.Spec.Provider.Trainer,
            Trainer = new TrainerProgram { FileName = trainer.FileName, Environment = environment },
            ModelFolder = job.ModelFolder,
            ModelBytes = job.ModelBytes,
            Method = command.Spec.Method,
            Question = Question(command.Spec, job.ModelFolder),
        };
        using var json = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(told, ContractJson.Options));
        await host.UploadAsync(json, $"{command.Host.WorkFolder}/{command.JobId}/{JobOnHost.FileName}", cancellationToken);
    }

    private static string Question(JobSpec spec, string modelFolder)
    {
        var plain = spec with { Llamafactory = spec.Llamafactory.Where(pair => !CardKeys.Contains(pair.Key)).ToDictionary(pair => pair.Key, pair => pair.Value) };
        return QuestionYaml.For(plain, spec.Method, modelFolder, JobOnHost.DatasetName, JobOnHost.FolderMark, JobOnHost.FolderMark + "/out")
            .Answered(batchSize: 1)
            .ToString();
    }
}
