using System.Text;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Hosts.Trainers;

namespace FineTunePipeline.Artifacts.Validate.Planning;

/// <summary>The trainer's configuration file as far as it is known without a host; what is not, is named above it.</summary>
internal static class PlannedConfiguration
{
    private const string OnHost = "<known on the host>";

    public static string Of(JobSpec spec, string datasetNames)
    {
        var text = new StringBuilder("# What the trainer gets. Decided on the host:\n");
        foreach (var (key, what) in TrainingYaml.DecidedOnHost(spec))
        {
            text.Append("#   ").Append(key).Append(": ").Append(what).Append('\n');
        }

        text.Append("# Changed when memory runs out there: per_device_train_batch_size and gradient_accumulation_steps, with the same product; then disable_gradient_checkpointing.\n");
        var setup = new TrainingSetup
        {
            Spec = spec,
            DatasetNames = datasetNames,
            ModelFolder = HostModel.FolderOf(spec.Model) ?? OnHost,
            DatasetFolder = OnHost,
            OutputFolder = OnHost,
        };
        return text.Append(TrainingYaml.Of(setup)).ToString();
    }
}
